/** Which receipts a pack carries from outside of its stretch: what those in it follow from, so that lineage and gates can be judged. */
import type { Digest } from './data.ts';
import { parseReceipt, type LoggedReceipt, type Parent } from './receipt.ts';

/** Of a log that ever follows from its whole past: beyond this, verifiers say what they could not judge. */
const MOST_OUTSIDE = 5_000;

/** Gathers parents that stand before the stretch, as its receipts are read in order. */
export class OutsideParents {
  private readonly here = new Set<Digest>();
  private readonly wanted = new Set<Digest>();

  add({ id, body }: Pick<LoggedReceipt, 'id' | 'body'>): void {
    const { predicate } = JSON.parse(body) as { readonly predicate: { readonly parents: readonly Parent[] } };
    this.here.add(id);
    for (const { digest } of predicate.parents)
      if (!this.here.has(digest) && this.wanted.size < MOST_OUTSIDE) this.wanted.add(digest);
  }

  /** With the announcement, unless the stretch has it. What `find` doesn't know stays out. */
  async gather(
    find: (id: Digest) => Promise<LoggedReceipt | undefined>,
    announcement: LoggedReceipt,
  ): Promise<readonly LoggedReceipt[]> {
    const found = new Map<Digest, LoggedReceipt>();
    for (const id of this.wanted) {
      const receipt = this.here.has(id) ? undefined : await find(id);
      if (receipt === undefined) continue;
      found.set(id, receipt);
      for (const parent of behindGate(receipt))
        if (!this.here.has(parent) && this.wanted.size < MOST_OUTSIDE) this.wanted.add(parent);
    }
    if (!this.here.has(announcement.id)) found.set(announcement.id, announcement);
    return [...found.values()];
  }
}

/** To judge what went through a gate outside of the stretch, one must see what that gate looked at, and its own gate. */
function behindGate({ body }: LoggedReceipt): readonly Digest[] {
  const { kind, parents } = parseReceipt(body).predicate;
  return kind === 'gate' ? parents.map(({ digest }) => digest) : [];
}
