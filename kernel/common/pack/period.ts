/**
 * Which receipts belong to a period. Their times are claims; what is evidence is their order. So a pack holds one unbroken stretch of the
 * log: from the first receipt that claims a time in the period or after it, through the last one that claims a time in it or before. Where
 * clocks went backwards, packs of neighbouring periods overlap; nothing falls between them. The receipt before the stretch and the one
 * after it come along, so that whoever leaves out the edge has to show another edge.
 */
import { fromHex, isDigest, toHex } from '#common/bytes.ts';
import { canonicalize, parseCanonical } from '#common/canonical.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';

/** From `from` on and before `to`: RFC 3339 in UTC with milliseconds, as receipts have it, so that text compares as time does. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** period.json: what the stretch is, and where it hangs in the log's tree. */
export interface PackPeriod extends Period {
  readonly org: string;
  /** The log's verifier key. */
  readonly vkey: string;
  /** The receipt that announced the pack, before it was made: its time cuts off a period that isn't over. */
  readonly announced: Digest;
  /** Of the log: the stretch is [first, end). */
  readonly first: number;
  readonly end: number;
  /** receipts/log.jsonl holds [start, stop): the stretch and its neighbours. */
  readonly start: number;
  readonly stop: number;
  /** Roots of the complete subtrees of the first `start` receipts, the largest first. */
  readonly before: readonly Digest[];
  /** How the page is written; a verifier that knows another way can't judge it. */
  readonly page: number;
}

/** Where a receipt stands, and what it says of its time. */
export interface Place {
  readonly index: number;
  readonly id: Digest;
  readonly time: string;
}

const DAY = 86_400_000;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Days as YYYY-MM-DD in UTC, both included, or moments in RFC 3339, the second one excluded. @throws PERIOD_INVALID */
export function parsePeriod(from: string, to: string, now: number): Period {
  const [start, end] = [timeOf(from, 'from', 0), timeOf(to, 'to', DAY)];
  if (start >= end) throw invalid(`The period ends (${to}) before it begins (${from}).`, 'to');
  if (start > now) throw invalid(`The period has not begun yet: ${from}.`, 'from');
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
}

function timeOf(text: string, where: string, whole: number): number {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const time = day || MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  // Date.parse takes 30 February for 2 March.
  const exists = !Number.isNaN(time) && realDay(text.slice(0, 10));
  if (!exists) throw invalid(`“${text.slice(0, 40)}” is no day (YYYY-MM-DD) and no moment (RFC 3339).`, where);
  const at = time + (day ? whole : 0);
  if (at < 0 || at > 253_402_300_799_999) throw invalid(`${text} lies before 1970 or after 9999.`, where);
  return at;
}

/** As receipts have it. */
function isMoment(time: string): boolean {
  const at = Date.parse(time);
  return !Number.isNaN(at) && new Date(at).toISOString() === time;
}

function realDay(day: string): boolean {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

function invalid(why: string, where: string): AssayError {
  return new AssayError('PERIOD_INVALID', why, { where });
}

export const formatPeriod = (period: PackPeriod): string => canonicalize(period);

const TEXTS = ['from', 'org', 'to', 'vkey'] as const;
const COUNTS = ['end', 'first', 'page', 'start', 'stop'] as const;
const FIELDS = ['announced', 'before', ...COUNTS, ...TEXTS].toSorted().join(' ');
/** 53 peaks of 67 bytes and the rest. */
const MAX_BYTES = 16_384;

/** @throws CANONICAL_INVALID; PERIOD_INVALID when it is no such object, or its numbers don't fit together */
export function readPeriod(bytes: Uint8Array): PackPeriod {
  const json = parseCanonical(bytes, { maxBytes: MAX_BYTES, safeIntegers: true }) as Record<string, unknown> | null;
  const closed = json !== null && typeof json === 'object' && Object.keys(json).toSorted().join(' ') === FIELDS;
  const typed =
    closed &&
    TEXTS.every((name) => typeof json[name] === 'string') &&
    COUNTS.every((name) => Number.isSafeInteger(json[name]) && (json[name] as number) >= 0) &&
    isDigest(json['announced']) &&
    Array.isArray(json['before']) &&
    json['before'].every(isDigest);
  if (!typed) throw invalid('period.json is not as Assay writes it.', 'period.json');
  const period = json as unknown as PackPeriod;
  const { from, to, first, end, start, stop } = period;
  if (![from, to].every(isMoment) || from >= to) throw invalid('period.json names no period.', 'period.json');
  // One neighbour on each side; only the log's first receipt has none before it.
  if (first > end || start !== Math.max(0, first - 1) || stop !== end + 1)
    throw invalid('period.json names a stretch without its neighbours.', 'period.json');
  return period;
}

export const peaksOf = ({ before }: PackPeriod): Uint8Array[] => before.map((hash) => fromHex(hash)!);
export const peaksIn = (peaks: readonly Uint8Array[]): Digest[] => peaks.map(toHex);
