/** Which receipts a pack carries from outside of its stretch: what those in it follow from, so that lineage and gates can be judged. */
import { ByteIndex } from '#common/byte-index.ts';
import { fromHex } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { parseReceipt, type LoggedReceipt, type Parent } from '#common/receipt/receipt.ts';

/** Of a log that ever follows from its whole past: beyond this, verifiers say what they could not judge. */
const MOST_OUTSIDE = 5_000;

/** Gathers parents that stand before the stretch, as its receipts are read in order. */
export class OutsideParents {
  /** 40 bytes a receipt, where a set of texts takes 200. */
  private readonly here = new ByteIndex(true);
  private readonly wanted = new Set<Digest>();

  add({ id, body }: Pick<LoggedReceipt, 'id' | 'body'>): void {
    const { predicate } = JSON.parse(body) as { readonly predicate: { readonly parents: readonly Parent[] } };
    this.here.add(fromHex(id)!, 0, 32);
    for (const { digest } of predicate.parents)
      if (!this.has(digest) && this.wanted.size < MOST_OUTSIDE) this.wanted.add(digest);
  }

  private has(id: Digest): boolean {
    return this.here.find(fromHex(id)!, 0, 32) >= 0;
  }

  /** With the announcement, unless the stretch has it. What `find` doesn't know stays out. */
  async gather(
    find: (id: Digest) => Promise<LoggedReceipt | undefined>,
    announcement: LoggedReceipt,
  ): Promise<readonly LoggedReceipt[]> {
    const found = new Map<Digest, LoggedReceipt>();
    for (const id of this.wanted) {
      const receipt = this.has(id) ? undefined : await find(id);
      if (receipt === undefined) continue;
      found.set(id, receipt);
      for (const parent of behindGate(receipt))
        if (!this.has(parent) && this.wanted.size < MOST_OUTSIDE) this.wanted.add(parent);
    }
    if (!this.has(announcement.id)) found.set(announcement.id, announcement);
    return [...found.values()];
  }
}

/** To judge what went through a gate outside of the stretch, one must see what that gate looked at, and its own gate. */
function behindGate({ body }: LoggedReceipt): readonly Digest[] {
  const { kind, parents } = parseReceipt(body).predicate;
  return kind === 'gate' ? parents.map(({ digest }) => digest) : [];
}
