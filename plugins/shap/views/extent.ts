import type { Slice } from './explanation.ts';

/** The smallest and the largest part, and 0. @param around how far each reaches to either side, by its standard error */
export function extent(
  of: Slice,
  features: readonly number[],
  around: (error: number) => number = () => 0,
): [number, number] {
  let [least, most] = [0, 0];
  for (let row = 0; row < of.rows; row++) {
    for (const feature of features) {
      const part = of.part(row, feature);
      const reach = around(of.error(row, feature));
      if (part - reach < least) least = part - reach;
      if (part + reach > most) most = part + reach;
    }
  }
  return [least, most];
}
