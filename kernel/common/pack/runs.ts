/** The runs of notebooks among a period's receipts: begun, closed, sealed, or none of it. */
import type { Digest } from '#common/data.ts';
import { isDigest } from '#common/bytes.ts';
import type { Place } from './period.ts';
import type { Predicate, Subject } from '#common/receipt/types.ts';

export interface RunFacts {
  readonly stream: string;
  /** As its announcement or its seal calls it; its stream where neither is in the period. */
  readonly title: string;
  /** null: outside of the period. */
  readonly begun: Place | null;
  readonly closed: Place | null;
  readonly sealed: Place | null;
  readonly outcome: string | null;
  readonly root: Digest | null;
  /** In the period. */
  readonly receipts: number;
}

type Draft = { -readonly [K in keyof RunFacts]: RunFacts[K] };
const PARTS: ReadonlySet<string> = new Set(['open', 'cell', 'close', 'seal']);

export class Runs {
  /** Closed with another count of receipts than their stream has. */
  readonly miscounted: string[] = [];
  /** Every stream's receipts: which of them are runs shows only later. */
  private readonly receipts = new Map<string, number>();
  private readonly runs = new Map<string, Draft>();

  add(place: Place, { stream, kind, seq, result }: Predicate, subject: readonly Subject[]): void {
    this.receipts.set(stream, (this.receipts.get(stream) ?? 0) + 1);
    if (!PARTS.has(kind)) return;
    const run = this.runs.get(stream) ?? this.begin(stream);
    const { title, notebook, outcome, root, count } = Object(result) as Readonly<Record<string, unknown>>;
    const name = title ?? notebook;
    if (kind === 'open') run.begun = place;
    if (kind === 'seal') run.sealed = place;
    if (typeof name === 'string' && (kind === 'open' || run.title === stream)) run.title = name;
    if (kind === 'open' && typeof name !== 'string') run.title = subject[0]?.name ?? stream;
    if (isDigest(root)) run.root = root;
    if (kind !== 'close') return;
    run.closed = place;
    run.outcome = typeof outcome === 'string' ? outcome : 'without a word';
    if (count !== seq + 1)
      this.miscounted.push(
        `Receipt ${place.index} closes a run of ${seq + 1} receipts as ${typeof count === 'number' ? count : 'no number'}.`,
      );
  }

  private begin(stream: string): Draft {
    const run: Draft = {
      stream,
      title: stream,
      begun: null,
      closed: null,
      sealed: null,
      outcome: null,
      root: null,
      receipts: 0,
    };
    this.runs.set(stream, run);
    return run;
  }

  end(): RunFacts[] {
    return [...this.runs.values()].map((run) => ({ ...run, receipts: this.receipts.get(run.stream) ?? 0 }));
  }
}
