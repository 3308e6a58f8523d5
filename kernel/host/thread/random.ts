/**
 * The generator behind `ctx.random`: xoshiro128** (Blackman, Vigna 2018), its state filled from the seed by SplitMix32. Integer
 * arithmetic only, so every machine draws the same numbers.
 *
 * @param seed any finite number; all 53 bits of an integer count
 * @returns a function that draws uniformly from [0, 1) with 53 bits
 */
export function seededRandom(seed: number): () => number {
  let fill = (Math.trunc(seed / 2 ** 32) ^ Math.imul(seed | 0, 0x9e3779b9)) | 0;
  const next = (): number => {
    fill = (fill + 0x9e3779b9) | 0;
    let z = fill ^ (fill >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let [a, b, c, d] = [next(), next(), next(), next()];
  const draw = (): number => {
    const out = Math.imul(rotl(Math.imul(b, 5), 7), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotl(d, 11);
    return out >>> 0;
  };
  return () => ((draw() >>> 5) * 2 ** 26 + (draw() >>> 6)) / 2 ** 53;
}

function rotl(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}
