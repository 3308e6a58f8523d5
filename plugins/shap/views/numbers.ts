/** How figures are written in the pictures. */
const grouping = { useGrouping: 'min2' } as const;
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, ...grouping });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0, ...grouping });

/** Beyond this not even whole numbers are written in full. */
const LARGE = 1e9;

/** Three significant digits, of larger numbers all before the point (the year 1993 is no 1990), with a true minus sign. */
export const number = (value: number): string =>
  (Math.abs(value) >= 1000 && Math.abs(value) < LARGE ? whole : short).format(value).replace('-', '−');

const counting = new Intl.NumberFormat('en');

/** How many, with commas at the thousands. */
export const count = (value: number): string => counting.format(value);

/** Numbers that stand in one column: as many decimals for all as the largest needs for three digits. */
export function aligned(values: readonly number[]): (value: number) => string {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const digits = largest === 0 ? 0 : Math.min(8, Math.max(0, 2 - Math.floor(Math.log10(largest))));
  const fixed = new Intl.NumberFormat('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    ...grouping,
  });
  return (value) => fixed.format(Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value).replace('-', '−');
}

export const withUnit = (text: string, unit: string): string => (unit === '' ? text : `${text} ${unit}`);
export const inUnit = (label: string, unit: string): string => (unit === '' ? label : `${label} (${unit})`);
