import type { Slice } from './explanation.ts';
import { number, withUnit } from './numbers.ts';

/** Standard errors on either side of an estimate between which the true value lies 95 times in 100. */
const SURE = 1.96;

/** Half the 95 % interval of an estimate; 0 where it is exact. */
export const half = (error: number): number => (error > 0 ? SURE * error : 0);

/** A figure with its interval: `0.31 ± 0.05 $/h (95 %)`. Both to the second digit of the interval. */
export function estimated(part: number, error: number, unit: string): string {
  const within = half(error);
  if (within === 0) return withUnit(number(part), unit);
  const digits = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(within))));
  const format = new Intl.NumberFormat('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: 'min2',
  });
  return `${withUnit(`${format.format(part).replace('-', '−')} ± ${format.format(within)}`, unit)} (95 %)`;
}

/** Whether any value of these features is an estimate. */
export function isEstimated(of: Slice, features: readonly number[]): boolean {
  if (!of.hasErrors) return false;
  for (let row = 0; row < of.rows; row++) for (const feature of features) if (of.error(row, feature) > 0) return true;
  return false;
}

/** A sentence on how far the estimates of a picture reach, for those who can't see it; nothing where all are exact. */
export function reachOf(of: Slice, features: readonly number[]): string {
  if (!of.hasErrors) return '';
  let [sum, most] = [0, 0];
  for (let row = 0; row < of.rows; row++) {
    for (const feature of features) {
      const within = half(of.error(row, feature));
      sum += within;
      if (within > most) most = within;
    }
  }
  if (most === 0) return '';
  return ` The values are estimates: their 95 % intervals reach ${number(sum / (of.rows * features.length))} to either side on average, ${number(most)} at most.`;
}
