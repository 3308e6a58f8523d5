/**
 * Collects witnesses' cosignatures of published checkpoints, in the background: no append ever waits for a witness. In rounds, so that
 * those who answer sign the same checkpoint: each asks for the newest, and what was published meanwhile is for the next.
 */
import { isMet, type WitnessPolicy } from '#common/policy/policy.ts';
import type { ReadTile } from './prove.ts';
import type { Head } from './rows.ts';
import { WitnessClient } from './witness-client.ts';

/** Milliseconds after a witness's first failure; doubled with each one more. */
const FIRST_PAUSE = 500;
/** For this long a cosigned checkpoint is shown instead of a newer one that its witnesses still have to sign. */
const GRACE = 60_000;
const LONGEST_PAUSE = 300_000;

export interface Cosigned {
  readonly size: number;
  /** The checkpoint with the cosignatures that came. */
  readonly note: string;
  readonly signed: number;
  /** How many were asked. */
  readonly of: number;
  /** Whether they are enough for the log's own policy. */
  readonly reached: boolean;
}

interface Asked {
  readonly client: WitnessClient;
  failures: number;
  /** Not before this time, in milliseconds. */
  notBefore: number;
}

interface Waiting {
  readonly size: number;
  resolve(cosigned: Cosigned | undefined): void;
}

export type OnWitnessFailure = (vkey: string, error: unknown) => void;

export class Cosigners {
  private readonly policy: WitnessPolicy;
  private readonly asked: readonly Asked[];
  private readonly onFailure: OnWitnessFailure;
  private newest: Head | undefined;
  private lines = new Map<string, string>();
  private round: Head | undefined;
  /** The newest that reached the quorum. */
  private reached: Cosigned | undefined;
  private reachedAt = 0;
  private waiting: Waiting[] = [];
  private work: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly closing = new AbortController();

  /** @throws POLICY_INVALID for a witness without a URL */
  constructor(policy: WitnessPolicy, read: ReadTile, onFailure: OnWitnessFailure) {
    this.policy = policy;
    this.asked = policy.witnesses.map((one) => ({ client: new WitnessClient(one, read), failures: 0, notBefore: 0 }));
    this.onFailure = onFailure;
  }

  /** A head that was published. */
  offer(head: Head): void {
    if (this.newest !== undefined && this.newest.size >= head.size) return;
    this.newest = head;
    this.start();
  }

  /** The newest that reached the quorum, while it is the log's newest or not much older; else whatever the newest has. */
  get latest(): Cosigned | undefined {
    const { newest, reached } = this;
    if (reached !== undefined && (reached.size === newest?.size || Date.now() - this.reachedAt < GRACE)) return reached;
    return newest === undefined ? undefined : this.best(newest.size);
  }

  /** One that reached the quorum over at least `size` receipts; after `patience` milliseconds the best there is. */
  async over(size: number, patience: number): Promise<Cosigned | undefined> {
    if (this.reached !== undefined && this.reached.size >= size) return this.reached;
    // Somebody waits: whoever failed before is asked once more, now.
    for (const one of this.asked) one.notBefore = 0;
    const came = await new Promise<Cosigned | undefined>((resolve) => {
      const waiting = { size, resolve };
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((one) => one !== waiting);
        resolve(undefined);
      }, patience);
      this.waiting.push({
        size,
        resolve: (cosigned) => {
          clearTimeout(timer);
          resolve(cosigned);
        },
      });
      this.start();
    });
    return came ?? this.best(size);
  }

  async close(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.timer);
    for (const { resolve } of this.waiting.splice(0)) resolve(undefined);
    await this.work;
  }

  private start(): void {
    clearTimeout(this.timer);
    if (this.closing.signal.aborted || this.newest === undefined) return;
    this.work ??= this.run().finally(() => {
      this.work = undefined;
      this.later();
    });
  }

  private async run(): Promise<void> {
    while (!this.closing.signal.aborted && this.newest !== undefined) {
      if (this.round !== this.newest) this.lines = new Map();
      const head = (this.round = this.newest);
      const now = Date.now();
      const due = this.asked.filter(({ client, notBefore }) => !this.lines.has(client.vkey) && notBefore <= now);
      if (due.length === 0) return;
      await Promise.all(due.map((one) => this.ask(one, head)));
    }
  }

  private async ask(one: Asked, head: Head): Promise<void> {
    try {
      this.lines.set(one.client.vkey, await one.client.cosign(head, this.closing.signal));
      one.failures = 0;
      one.notBefore = 0;
      this.tell();
    } catch (error) {
      if (this.closing.signal.aborted) return;
      const pause = Math.min(FIRST_PAUSE * 2 ** one.failures++, LONGEST_PAUSE);
      one.notBefore = Date.now() + pause * (0.75 + Math.random() / 2);
      this.onFailure(one.client.vkey, error);
    }
  }

  /** Those who failed are asked again when their pause is over. */
  private later(): void {
    if (this.closing.signal.aborted) return;
    const pending = this.asked.filter(({ client }) => this.round !== this.newest || !this.lines.has(client.vkey));
    if (pending.length === 0) return;
    const at = Math.min(...pending.map(({ notBefore }) => notBefore));
    this.timer = setTimeout(() => this.start(), Math.max(at - Date.now(), 10)).unref();
  }

  private tell(): void {
    const best = this.best(0);
    if (best?.reached !== true) return;
    this.reached = best;
    this.reachedAt = Date.now();
    const served = this.waiting.filter(({ size }) => size <= best.size);
    this.waiting = this.waiting.filter(({ size }) => size > best.size);
    for (const { resolve } of served) resolve(best);
  }

  /** The round's checkpoint with what came so far. */
  private best(size: number): Cosigned | undefined {
    if (this.round === undefined || this.round.size < size) return undefined;
    const { quorum } = this.policy;
    return {
      size: this.round.size,
      note: this.round.note + [...this.lines.values()].join(''),
      signed: this.lines.size,
      of: this.asked.length,
      reached: quorum === null || isMet(quorum, (vkey) => this.lines.has(vkey)),
    };
  }
}
