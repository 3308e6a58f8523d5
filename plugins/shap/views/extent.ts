import type { Slice } from './explanation.ts';

/** The smallest and the largest part, and 0. */
export function extent(of: Slice, features: readonly number[]): [number, number] {
  let [least, most] = [0, 0];
  for (let row = 0; row < of.rows; row++) {
    for (const feature of features) {
      const part = of.part(row, feature);
      if (part < least) least = part;
      if (part > most) most = part;
    }
  }
  return [least, most];
}
