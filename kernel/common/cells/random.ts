/** Random numbers that the notebook's seed and the cell's id decide: the same whatever runs before, and afresh with every run. */
import { sha256 } from '#crypto';

/** Uniform in [0, 1) with 53 bits: sfc32 (PractRand), seeded by SHA-256. */
export function seededRandom(seed: number, cell: string): () => number {
  const state = sha256(`${seed}\n${cell}`);
  const words = new DataView(state.buffer, state.byteOffset, 16);
  let a = words.getUint32(0, true) | 0;
  let b = words.getUint32(4, true) | 0;
  let c = words.getUint32(8, true) | 0;
  let counter = words.getUint32(12, true) | 0;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  return () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
}
