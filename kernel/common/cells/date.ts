/**
 * Dates that depend on no place and no moment: local time is UTC, only unambiguous text is read, and the clock is the cell's own. The
 * realm's Date is replaced before lockdown, so that even `date.constructor` is this one.
 */

/** Where every cell's clock starts: 2000-01-01T00:00:00Z. Each reading is a millisecond later than the last. */
export const EPOCH = 946_684_800_000;

type Parts = [year: number, month: number, ...rest: number[]];

const Native = Date;
const ISO = /^(?:\d{4}|[+-]\d{6})(?:-\d\d(?:-\d\d)?)?(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;
const ZONED = /(?:\bGMT|\bUTC|\bZ|[+-]\d\d:?\d\d)(?: \([^)]*\))?$/;

/** Milliseconds of ISO 8601 (without a zone: UTC), or of any form that names its zone; else NaN. */
export function parseDate(text: string): number {
  const iso = ISO.exec(text);
  if (iso) return Native.parse(iso[1] !== undefined && iso[2] === undefined ? `${text}Z` : text);
  return ZONED.test(text) ? Native.parse(text) : NaN;
}

/** A `Date` whose present is `now()`. Dates of all of them are instances of each other. */
export function makeDate(now: () => number): DateConstructor {
  function PinnedDate(...args: unknown[]): unknown {
    if (new.target === undefined) return new Native(now()).toString();
    return Reflect.construct(Native, [toTime(args, now)], new.target);
  }
  Object.defineProperties(PinnedDate, {
    name: { value: 'Date' },
    length: { value: 7 },
    prototype: { value: Native.prototype, writable: false },
    now: { value: now, writable: true, configurable: true },
    parse: { value: parseDate, writable: true, configurable: true },
    UTC: { value: Native.UTC, writable: true, configurable: true },
  });
  return PinnedDate as unknown as DateConstructor;
}

function toTime(args: readonly unknown[], now: () => number): number {
  if (args.length === 0) return now();
  if (args.length > 1) return Native.UTC(...(args as Parts));
  const [value] = args;
  if (value instanceof Native) return value.getTime();
  const primitive = typeof value === 'object' && value !== null ? (value as { valueOf(): unknown }).valueOf() : value;
  return typeof primitive === 'string' ? parseDate(primitive) : Number(primitive);
}

/** `Thu Jan 01 1970` */
function day(date: Date): string {
  const [name, number, month, year] = date.toUTCString().split(/,? /) as [string, string, string, string];
  return `${name} ${month} ${number} ${year}`;
}

const clock = (iso: string): string => `${iso.slice(-13, -5)} GMT+0000 (Coordinated Universal Time)`;

const spell = (date: Date, format: (iso: string) => string): string =>
  Number.isNaN(date.getTime()) ? 'Invalid Date' : format(date.toISOString());

/** Makes the realm's dates UTC. Once a realm, before lockdown. */
export function pinRealmDate(realm: { Date: DateConstructor }): void {
  const prototype = Native.prototype as unknown as Record<string, (this: Date, ...args: number[]) => unknown>;
  const set = (name: string, value: (this: Date, ...args: number[]) => unknown): void => {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  };
  for (const part of ['FullYear', 'Month', 'Date', 'Day', 'Hours', 'Minutes', 'Seconds', 'Milliseconds']) {
    set(`get${part}`, prototype[`getUTC${part}`]!);
    if (part !== 'Day') set(`set${part}`, prototype[`setUTC${part}`]!);
  }
  // Methods, since functions would have a `prototype`, which lockdown removes with a warning.
  const methods = {
    getTimezoneOffset: () => 0,
    getYear(this: Date): number {
      return this.getUTCFullYear() - 1900;
    },
    toString(this: Date): string {
      return spell(this, (iso) => `${day(this)} ${clock(iso)}`);
    },
    toDateString(this: Date): string {
      return spell(this, () => day(this));
    },
    toTimeString(this: Date): string {
      return spell(this, clock);
    },
    toLocaleString(this: Date): string {
      return spell(this, (iso) => `${iso.slice(0, -14)} ${iso.slice(-13, -5)}`);
    },
    toLocaleDateString(this: Date): string {
      return spell(this, (iso) => iso.slice(0, -14));
    },
    toLocaleTimeString(this: Date): string {
      return spell(this, (iso) => iso.slice(-13, -5));
    },
  };
  for (const [name, method] of Object.entries(methods)) set(name, method as (this: Date) => unknown);
  realm.Date = makeDate(Native.now);
}
