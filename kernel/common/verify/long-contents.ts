/** What the receipts of a run in one file name: files of the bundle, what is not carried, the cells' values, and the gates that are judged. */
import { ByteIndex } from '#common/byte-index.ts';
import { fromHex, toHex } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { MAX_KEPT, MAX_LONG_CELLS, type Kind, type Statement } from '#common/receipt/receipt.ts';
import { linePath, type LongFaults } from './long-faults.ts';
import type { Receipt } from './receipts.ts';

/** Other checks look at these. */
const KEPT: ReadonlySet<Kind> = new Set(['open', 'close', 'seal', 'gate', 'model', 'dataset']);
const NAMES_NOTHING: ReadonlySet<Kind> = new Set(['open', 'close', 'cell']);

export class LongContents {
  /** Receipts that are held whole. */
  readonly kept: Receipt[] = [];
  /** The last value of each cell. */
  readonly cells = new Map<string, Digest>();
  readonly named = new Set<Digest>();
  readonly absent = { count: 0, first: [] as string[] };
  private readonly carried = new ByteIndex(true);
  private readonly inferences = new Set<string>();
  private readonly faults: LongFaults;

  /** `carried`: digests of the bundle's files. */
  constructor(carried: readonly Digest[], faults: LongFaults) {
    for (const digest of carried) this.carried.add(fromHex(digest)!, 0, 32);
    this.faults = faults;
  }

  /** Whether such a receipt is more than a chain's link with names. */
  isWanted(place: number, kind: Kind, hasGate: boolean): boolean {
    return place === 0 || kind === 'cell' || KEPT.has(kind) || (kind === 'inference' && hasGate);
  }

  take(statement: Statement, id: Uint8Array, place: number): void {
    const { subject, predicate } = statement;
    const { kind, materials, params } = predicate;
    if (!NAMES_NOTHING.has(kind)) {
      for (const { digest } of subject) this.name(fromHex(digest.sha256)!, place);
      for (const { digest } of materials) this.name(fromHex(digest)!, place);
      if (params !== null) this.name(fromHex(params)!, place);
    }
    if (kind === 'cell') this.cell(subject, place);
    this.keep(statement, id, place);
  }

  name(digest: Uint8Array, place: number): void {
    if (this.carried.find(digest, 0, 32) >= 0) this.named.add(toHex(digest));
    else if (this.absent.count++ < 3) this.absent.first.push(`${toHex(digest).slice(0, 12)}… in ${linePath(place)}`);
  }

  private cell([cell, ...more]: Statement['subject'], place: number): void {
    if (cell === undefined || more.length > 0) return this.faults.at(place, 'CELLS', 'is not for one cell.');
    if (this.cells.size >= MAX_LONG_CELLS && !this.cells.has(cell.name))
      return this.faults.at(place, 'CELLS', 'is for one cell more than can be listed.');
    this.cells.set(cell.name, cell.digest.sha256);
  }

  /** Of inferences with a gate, one for each that names other gates and models. */
  private keep({ subject, predicate, ...statement }: Statement, id: Uint8Array, place: number): void {
    const { kind, parents } = predicate;
    if (kind === 'inference') {
      const judged = parents.filter(({ role }) => role === 'gate' || role === 'model');
      const key = judged.map(({ digest, role }) => `${role} ${digest}`).join(' ');
      if (judged.every(({ role }) => role !== 'gate') || this.inferences.has(key)) return;
      this.inferences.add(key);
    } else if (!KEPT.has(kind) && place > 0) return;
    if (this.kept.length >= MAX_KEPT && kind !== 'close')
      return this.faults.at(
        place,
        'GATES',
        `is one of more than ${MAX_KEPT} gates, models and data sets: too many to be judged.`,
      );
    const whole = kind === 'open' || kind === 'close';
    const few = whole ? predicate : { ...predicate, env: {}, materials: [], comparators: [] };
    this.kept.push({ ...statement, subject, predicate: few, id: toHex(id), path: linePath(place) });
  }
}
