import type { PackPeriod } from './period.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** `21 November 2026`, of a time in UTC as receipts have it. */
function dayOf(time: string): string {
  return `${Number(time.slice(8, 10))} ${MONTHS[Number(time.slice(5, 7)) - 1]} ${time.slice(0, 4)}`;
}

/** `21 Nov 2026, 14:03:09`; it fits a column. */
export function momentOf(time: string): string {
  const [day, month, year] = dayOf(time).split(' ');
  return `${day} ${month!.slice(0, 3)} ${year}, ${time.slice(11, 19)}`;
}

/** Whole days without their hours: `1 November 2026 to 30 November 2026`. */
export function periodInWords({ from, to }: Pick<PackPeriod, 'from' | 'to'>): string {
  const whole = (time: string): boolean => time.endsWith('T00:00:00.000Z');
  const moment = (time: string): string => `${dayOf(time)}, ${time.slice(11, 19)}`;
  const last = whole(to) ? dayOf(new Date(Date.parse(to) - 1).toISOString()) : moment(to);
  const first = whole(from) ? dayOf(from) : moment(from);
  return first === last ? first : `${first} to ${last}`;
}

export const packTitle = (period: PackPeriod): string => `Audit pack of ${period.org}, ${periodInWords(period)}`;
