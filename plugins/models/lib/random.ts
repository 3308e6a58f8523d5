/**
 * The generator for a seed given in the input: xoshiro128** (Blackman and Vigna 2018), filled by SplitMix32. Integers only, so the same numbers
 * on every machine.
 *
 * @returns uniform in [0, 1)
 */
export function seededRandom(seed: number): () => number {
  let fill = (Math.trunc(seed / 2 ** 32) ^ Math.imul(seed | 0, 0x9e3779b9)) | 0;
  const next = (): number => {
    fill = (fill + 0x9e3779b9) | 0;
    const mixed = Math.imul(fill ^ (fill >>> 16), 0x21f0aaad);
    const again = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return again ^ (again >>> 15);
  };
  const state = Int32Array.of(next(), next(), next(), next());
  return () => {
    const [a, b, c, d] = state as unknown as [number, number, number, number];
    const out = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    state[0] = a ^ d ^ b;
    state[1] = b ^ c ^ a;
    state[2] = c ^ a ^ (b << 9);
    state[3] = rotate(d ^ b, 11);
    return out / 2 ** 32;
  };
}

function rotate(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}
