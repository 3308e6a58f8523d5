/** What did not go as it should: runs that failed or were never closed, gates that stopped something or were skipped, re-runs that diverged. */
import type { Place } from './period.ts';
import type { RunFacts } from './runs.ts';
import type { Predicate } from '#common/receipt/types.ts';

export interface Incident extends Place {
  /** `run failed`, `gate stopped` … */
  readonly what: string;
  readonly detail: string;
}

/** Two are needed to make a pack: one announces it, one seals it. */
export interface PackAnnouncement {
  readonly pack: 'announced';
  readonly from: string;
  readonly to: string;
}

export class Incidents {
  private readonly found: Incident[] = [];
  /** Streams of packs that were announced, and not made so far. */
  private readonly announced = new Map<string, Place>();

  add(place: Place, what: string, detail: string): void {
    this.found.push({ ...place, what, detail });
  }

  read(place: Place, { kind, stream, method, result }: Predicate): void {
    const says = Object(result) as Readonly<Record<string, unknown>>;
    if (kind === 'gate' && says['passed'] !== true) {
      const gate = typeof says['gate'] === 'string' ? `The ${says['gate']} gate` : 'A gate';
      this.add(place, 'gate stopped', `${gate} let nothing pass${method === null ? '' : ` (${method})`}.`);
    }
    if (kind === 'reproduce' && says['ok'] !== true)
      this.add(place, 'diverged', `A sealed run ran again: ${counts(says['counts'])}.`);
    if (kind !== 'archive') return;
    if (says['pack'] === 'announced') this.announced.set(stream, place);
    else this.announced.delete(stream);
  }

  run({ title, begun, closed, outcome, sealed }: RunFacts): void {
    if (closed === null && begun !== null)
      this.add(begun, 'never closed', `“${title}” was begun, and not closed in this period.`);
    else if (closed !== null && outcome !== 'done')
      this.add(closed, `run ${outcome}`, `“${title}” ended “${outcome}”.`);
    else if (closed !== null && sealed === null)
      this.add(closed, 'not sealed', `“${title}” ended well, and was not sealed in this period.`);
  }

  /** In the order of the log. */
  end(): Incident[] {
    for (const place of this.announced.values()) this.add(place, 'pack not made', 'An audit pack was announced, and not made in this period.'); // prettier-ignore
    return this.found.toSorted((a, b) => a.index - b.index);
  }
}

/** `2 DIVERGED, 1 NOT-RUN` */
function counts(said: unknown): string {
  const listed = Object.entries(Object(said) as Readonly<Record<string, unknown>>)
    .filter(([outcome, count]) => typeof count === 'number' && count > 0 && /^(?:DIVERGED|NOT-RUN)$/.test(outcome))
    .map(([outcome, count]) => `${String(count)} ${outcome}`);
  return listed.join(', ') || 'it did not come out the same';
}
