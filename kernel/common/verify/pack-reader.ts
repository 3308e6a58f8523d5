/** An audit pack as it is read: the stretch of the log goes by, since it may be longer than memory; all else is small. */
import { ancestorPath, PACK_PATHS } from '#common/bundle/layout.ts';
import { readPeriod, type PackPeriod } from '#common/pack/period.ts';
import { StretchReader, type Stretch } from '#common/pack/stretch.ts';
import type { PackSummary } from '#common/pack/summary.ts';
import { fail, type Found } from './checks.ts';
import type { Files } from './files.ts';
import type { LogFault } from './log-verifier.ts';
import { keyReceipts, readReceipt, type Receipt } from './receipts.ts';

export interface Pack {
  readonly period: PackPeriod;
  readonly stretch: Stretch;
  readonly summary: PackSummary;
  /** Receipts outside of the stretch that it follows from, and the announcement. */
  readonly outside: readonly Receipt[];
  /** About the organisation's keys, in order. */
  readonly keys: readonly Receipt[];
}

/** What the receipts are, or why they can't be read. */
export type PackRead = Omit<Pack, 'summary'> | Error;

/** `files`: all but the stretch. */
export class PackReader {
  private readonly files: Files;
  private readonly read: { period: PackPeriod; outside: readonly Receipt[]; stretch: StretchReader } | Error;
  private broken: Error | null = null;

  constructor(files: Files) {
    this.files = files;
    this.read = orError(() => {
      const period = readPeriod(files.get(PACK_PATHS.period)!);
      const outside = outsideIn(files);
      return { period, outside, stretch: new StretchReader(period, outside) };
    });
  }

  push(chunk: Uint8Array): void {
    const { read } = this;
    if (read instanceof Error || this.broken !== null) return;
    const pushed = orError(() => read.stretch.push(chunk));
    if (pushed instanceof Error) this.broken = pushed;
  }

  end(): PackRead {
    const { read, broken, files } = this;
    if (read instanceof Error || broken !== null) return broken ?? (read as Error);
    const { period, outside, stretch } = read;
    return orError(() => ({ period, stretch: stretch.end(), outside, keys: keyReceipts(files) }));
  }
}

/** Whatever hostile bytes make a reader stumble over, the check says. */
function orError<T>(act: () => T): T | Error {
  try {
    return act();
  } catch (error) {
    return error as Error;
  }
}

/** Receipts outside the stretch that others follow from, each where its digest says. */
function outsideIn(files: Files): Receipt[] {
  return [...files].flatMap(([path, bytes]) => {
    if (!path.startsWith('receipts/')) return [];
    const receipt = readReceipt(path, bytes);
    if (path !== ancestorPath(receipt.id)) fail(`${path} is not where this receipt belongs.`);
    return [receipt];
  });
}

/** The verifier of the log found one of these. */
export function refuse(faults: readonly LogFault[], ...codes: readonly LogFault['code'][]): void {
  const found = faults.filter(({ code }) => codes.includes(code));
  const [first] = found;
  if (first === undefined) return;
  const where = first.index < 0 ? PACK_PATHS.receipts : `${PACK_PATHS.receipts}, number ${first.index}`;
  fail(`${where}: ${first.detail}${found.length > 1 ? ` And ${found.length - 1} more.` : ''}`);
}

export function checkReceipts(read: PackRead): Found<Pack> {
  if (read instanceof Error) throw read;
  const { period, stretch, outside, keys } = read;
  const { faults, receipts } = stretch.verified;
  refuse(faults, 'RECEIPT', 'TWICE', 'COUNT');
  const { start, stop } = period;
  if (receipts !== stop - start)
    fail(`${PACK_PATHS.receipts} has ${receipts} receipts, ${PACK_PATHS.period} speaks of ${stop - start}.`);
  return {
    value: { period, stretch, summary: stretch.summary!, outside, keys },
    detail: `${stretch.summary!.receipts} of the period, ${receipts - stretch.summary!.receipts} beside it, ${outside.length} that they follow from`,
  };
}
