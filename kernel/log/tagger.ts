/**
 * Tags new receipts, with the present epoch's key and no older one: `home/keys/tags-<org>-<commitment>.key` holds it, and is written over
 * as the log grows. It may lag behind the log, from where the keys are computed again; it is never ahead, or receipts could not be tagged.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '#common/data.ts';
import { makeFolder, writeWhole } from '../store/files.ts';
import { EpochKeys, epochOf, firstKey, tagCommitment } from './tag-keys.ts';

/** Milliseconds from one writing of the key to the next: a log in full flow passes many epochs a second. */
const PAUSE = 250;

interface State {
  readonly commitment: Digest;
  readonly epoch: number;
  /** hex */
  readonly key: string;
}

export class Tagger {
  readonly commitment: Digest;
  private keys: EpochKeys;
  private readonly path: string;
  private written: number;
  private work: Promise<void> | undefined;
  private closing = new AbortController();
  /** What the last writing failed with; the next one is tried all the same. */
  failure: unknown;

  private constructor(path: string, { commitment, epoch, key }: State) {
    this.path = path;
    this.commitment = commitment;
    this.keys = new EpochKeys(Buffer.from(key, 'hex'), epoch);
    this.written = epoch;
  }

  static path(home: string, org: string, commitment: Digest): string {
    return join(home, 'keys', `tags-${org}-${commitment.slice(0, 8)}.key`);
  }

  /** Puts the key on disk of the epoch in which a log of `count` receipts is; no older one, and never the master key. */
  static async make(home: string, org: string, log: string, master: Uint8Array, count: number): Promise<void> {
    const commitment = tagCommitment(master, org, log);
    const keys = new EpochKeys(firstKey(master, org, log));
    keys.forward(epochOf(count));
    await makeFolder(join(home, 'keys'), 0o700);
    await save(Tagger.path(home, org, commitment), { commitment, epoch: keys.epoch, key: keys.key.toString('hex') });
  }

  /** null where the key is missing or another one: receipts go on untagged, which a check with the master key shows. */
  static async open(home: string, org: string, commitment: Digest, count: number): Promise<Tagger | null> {
    const path = Tagger.path(home, org, commitment);
    const state = await readFile(path, 'utf8').then(read, () => null);
    if (state?.commitment !== commitment || state.epoch > epochOf(count)) return null;
    const tagger = new Tagger(path, state);
    tagger.advance(count);
    await tagger.work;
    return tagger;
  }

  /** Of the present key. */
  get epoch(): number {
    return this.keys.epoch;
  }

  /** The tags of receipts from index `first`; nothing is forgotten yet, since they may not get there. */
  tags(first: number, ids: readonly Uint8Array[]): Buffer[] {
    const keys = this.keys.copy();
    return ids.map((id, n) => keys.at(first + n, id));
  }

  /** `count` receipts are durable: keys of epochs that are full are forgotten, here and on disk. */
  advance(count: number): void {
    this.keys.forward(epochOf(count));
    if (this.keys.epoch > this.written) this.work ??= this.write().finally(() => (this.work = undefined));
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.work;
    await this.write();
  }

  private async write(): Promise<void> {
    while (this.keys.epoch > this.written) {
      const { epoch, key } = this.keys;
      try {
        await save(this.path, { commitment: this.commitment, epoch, key: key.toString('hex') });
        this.failure = undefined;
        this.written = epoch;
      } catch (error) {
        this.failure = error;
        return;
      }
      if (this.keys.epoch > epoch)
        await sleep(PAUSE, undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
  }
}

const save = (path: string, state: State): Promise<void> =>
  writeWhole(path, `${JSON.stringify(state)}\n`, { mode: 0o600 });

function read(text: string): State | null {
  const { commitment, epoch, key } = JSON.parse(text) as Partial<Record<keyof State, unknown>>;
  const whole = typeof commitment === 'string' && Number.isSafeInteger(epoch) && /^[0-9a-f]{64}$/.test(String(key));
  return whole ? { commitment, epoch: epoch as number, key: key as string } : null;
}
