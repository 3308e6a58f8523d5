/** Receipts on their way into the log, in the order in which they were given: each gets its place, then they go batch by batch. */
import type { LoggedReceipt, ReceiptDraft } from '#common/receipt/receipt.ts';
import type { Chains, Placed, StreamHead } from './chains.ts';
import type { KeyChange } from './keyring.ts';

/** Receipts and UTF-16 units of one batch: more neither raises throughput nor is kind to latency. */
const MAX_BATCH = 4_096;
const MAX_BATCH_UNITS = 8 << 20;

export interface Waiting {
  readonly draft: ReceiptDraft;
  /** A change of keys: built when its index is known, and committed alone. */
  readonly change?: ((at: number) => KeyChange) | undefined;
  readonly stream: string;
  placed: Placed | undefined;
  /** How often it lost its connection under way. */
  lost: number;
  resolve(receipt: LoggedReceipt): void;
  reject(error: unknown): void;
}

/** One that has its place. */
export type Sure = Waiting & { readonly placed: Placed };

export class WaitingReceipts {
  private queue: Waiting[] = [];
  private readonly chains: Chains;

  constructor(chains: Chains) {
    this.chains = chains;
  }

  get length(): number {
    return this.queue.length;
  }

  push(waiting: Waiting): void {
    this.queue.push(waiting);
  }

  /** In front of all others, to be placed anew. */
  putBack(batch: readonly Sure[]): void {
    this.queue = [...batch.map((one) => ({ ...one, placed: undefined, lost: one.lost + 1 })), ...this.queue];
  }

  /** All places are free again, since the log is read anew or another key signs: those of receipts that wait, too. */
  displace(): void {
    this.chains.forget(0);
    for (const waiting of this.queue) waiting.placed = undefined;
  }

  rejectAll(error: unknown): void {
    this.chains.forget(0);
    for (const waiting of this.queue.splice(0)) waiting.reject(error);
  }

  /** Looks up the streams that nobody knows, then places in order, without a pause in which others could come between. */
  async placeRest(last: (stream: string) => Promise<StreamHead>): Promise<void> {
    const heads = new Map<string, StreamHead>();
    for (const { stream, placed } of this.queue.slice())
      if (placed === undefined && !this.chains.knows(stream) && !heads.has(stream))
        heads.set(stream, await last(stream));
    for (const [stream, head] of heads) this.chains.learn(stream, head);
    this.queue = this.queue.filter((waiting) => {
      if (waiting.placed !== undefined || waiting.change !== undefined) return true;
      // A stream that came up meanwhile waits for the next round, with all behind it.
      if (!this.chains.knows(waiting.stream)) return true;
      try {
        waiting.placed = this.chains.place(waiting.draft);
        return true;
      } catch (error) {
        waiting.reject(error);
        return false;
      }
    });
  }

  /** A change of keys that comes next, and can be placed. */
  takeChange(): (Waiting & Required<Pick<Waiting, 'change'>>) | undefined {
    const [first] = this.queue;
    if (first?.change === undefined || !this.chains.knows(first.stream)) return undefined;
    this.queue.shift();
    return first as Waiting & Required<Pick<Waiting, 'change'>>;
  }

  /** As many as have their places. */
  takeBatch(): Sure[] {
    let [count, units] = [0, 0];
    while (count < MAX_BATCH && units < MAX_BATCH_UNITS) {
      const placed = this.queue[count]?.placed;
      if (placed === undefined) break;
      units += placed.body.length;
      count++;
    }
    return this.queue.splice(0, count) as Sure[];
  }
}
