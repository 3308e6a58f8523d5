/**
 * The log's one writer. Batches are self-clocked: what arrives while one is committed becomes the next. A call is answered when its
 * receipt is durable in PostgreSQL; the batch's signed head leaves the database before the next batch, and its tiles follow.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError, type Client } from 'pg';
import { fromHex } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import { leafHash } from '#common/tlog/merkle.ts';
import type { KeyHistory } from '#common/keys/keys.ts';
import type { NoteSigner } from '#common/tlog/note.ts';
import type { LoggedReceipt, ReceiptDraft } from '#common/receipt/receipt.ts';
import { codeOf } from '../store/files.ts';
import { Chains, NO_RECEIPT, streamOf, type Placed, type StreamHead } from './chains.ts';
import type { HeadFile } from './heads.ts';
import type { KeyChange, Keyring } from './keyring.ts';
import type { PublicFiles } from './public.ts';
import { Publisher } from './publisher.ts';
import { signHead, standingOf, type Standing } from './recover.ts';
import { addBatch, countReceipts, lockLog, readIds, readLast, type Head } from './rows.ts';

/** Receipts and UTF-16 units of one batch: more neither raises throughput nor is kind to latency. */
const MAX_BATCH = 4_096;
const MAX_BATCH_UNITS = 8 << 20;
/** Milliseconds for which a lost server is waited for. */
const PATIENCE = 30_000;

interface Waiting {
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

type Sure = Waiting & { readonly placed: Placed };

export interface WriterOptions {
  readonly org: string;
  readonly signer: NoteSigner;
  readonly keyring: Keyring;
  readonly files: PublicFiles;
  readonly heads: HeadFile;
  /** Told of each published head; must not throw. */
  onPublished?(head: Head): void;
  /** A new connection for the log's rows. */
  connect(): Promise<Client>;
}

export class Writer {
  private readonly options: WriterOptions;
  private readonly chains: Chains;
  private queue: Waiting[] = [];
  /** Undefined after a failed write, until the log is read anew. */
  private standing: Standing | undefined;
  private client: Client;
  private readonly publisher: Publisher;
  /** Committed, but not yet outside the database. */
  private unremembered: Head | undefined;
  private work: Promise<void> | undefined;
  private closed = false;
  /** What will hold once the change of keys under way is committed. */
  private changed: KeyHistory | undefined;

  private constructor(options: WriterOptions, client: Client) {
    this.options = options;
    this.client = client;
    this.chains = new Chains(options.org, options.signer, () => options.keyring.history.current.name);
    this.publisher = new Publisher(options.files, (head) => options.onPublished?.(head));
  }

  /** `client` holds the log's lock; the writer ends it. @throws LOG_FORKED */
  static async open(options: WriterOptions, client: Client): Promise<Writer> {
    const writer = new Writer(options, client);
    await writer.stand();
    await writer.settled();
    return writer;
  }

  append(draft: ReceiptDraft): Promise<LoggedReceipt> {
    return new Promise((resolve, reject) => {
      if (this.closed) throw new AssayError('STOPPING', 'The log is closed.');
      const stream = streamOf(draft);
      // Built while the batch before it is committed. What isn't known yet, or waits behind such a one, is built before its own batch.
      const known = this.standing !== undefined && this.chains.knows(stream);
      const placed = known ? this.chains.place(draft) : undefined;
      this.queue.push({ draft, stream, placed, lost: 0, resolve, reject });
      this.wake();
    });
  }

  /** Receipts behind it are signed as it says. `change` may be asked again, with another index. */
  appendChange(change: (at: number) => KeyChange): Promise<LoggedReceipt> {
    return new Promise((resolve, reject) => {
      if (this.closed) throw new AssayError('STOPPING', 'The log is closed.');
      const draft = change(0).draft;
      this.queue.push({ draft, stream: draft.stream, change, placed: undefined, lost: 0, resolve, reject });
      this.wake();
    });
  }

  /** The newest published head that covers `size` receipts, now or when there is one. */
  async head(size: number): Promise<Head> {
    try {
      return await this.publisher.at(size);
    } catch (error) {
      throw coded(error);
    }
  }

  /** When all that was committed before the call is published. */
  settled(): Promise<Head> {
    return this.head(this.standing?.head.size ?? 0);
  }

  /** Writes what waits, then ends the connection and with it the lock. */
  async close(): Promise<void> {
    this.closed = true;
    while (this.work !== undefined) await this.work;
    await this.publisher.idle();
    await this.options.keyring.tagger?.close();
    await this.options.heads.close();
    await this.client.end().catch(() => undefined);
  }

  private wake(): void {
    this.work ??= new Promise<void>((resolve) => {
      // What is appended in one go becomes one batch.
      setImmediate(() => resolve(this.run()));
    }).finally(() => {
      this.work = undefined;
      if (this.queue.length > 0) this.wake();
    });
  }

  private async run(): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        await this.drain();
        return;
      } catch (error) {
        if (failures === 0 && isLost(error)) {
          this.standing = undefined;
          continue;
        }
        // Their places are free again.
        this.chains.forget(0);
        for (const waiting of this.queue.splice(0)) waiting.reject(coded(error));
        return;
      }
    }
  }

  private async drain(): Promise<void> {
    do {
      if (this.standing === undefined) await this.reopen();
      await this.remember();
      await this.publisher.ready();
      await this.placeRest();
      const batch = this.nextBatch();
      if (batch.length > 0) await this.commit(batch);
    } while (this.queue.length > 0 || this.unremembered !== undefined);
    this.chains.forget();
  }

  private nextBatch(): Sure[] {
    const [first] = this.queue;
    if (first?.change !== undefined && this.chains.knows(first.stream)) return this.placeChange(first);
    let [count, units] = [0, 0];
    while (count < MAX_BATCH && units < MAX_BATCH_UNITS) {
      const placed = this.queue[count]?.placed;
      if (placed === undefined) break;
      units += placed.body.length;
      count++;
    }
    return this.queue.splice(0, count) as Sure[];
  }

  /** Alone, at the place that comes next; one that can't be is refused. */
  private placeChange(waiting: Waiting): Sure[] {
    this.queue.shift();
    const index = this.standing!.edge.size;
    try {
      const { draft, signer, after } = waiting.change!(index);
      const placed = this.chains.place(draft, signer);
      // What no verifier would take must not be logged.
      this.changed = after({ id: placed.id, index, body: placed.body });
      return [{ ...waiting, draft, placed }];
    } catch (error) {
      this.chains.forget(0);
      for (const other of this.queue) other.placed = undefined;
      waiting.reject(error);
      return [];
    }
  }

  private async commit(batch: Sure[]): Promise<void> {
    const { edge, bundles } = this.standing!;
    const first = edge.size;
    const { tagger } = this.options.keyring;
    const ids = batch.map(({ placed }) => fromHex(placed.id)!);
    const tags = tagger?.tags(first, ids);
    const rows = batch.map(({ draft, stream, placed: { seq, body } }, n) => {
      const id = ids[n]!;
      edge.append(leafHash(id));
      bundles.append(id);
      return { id, stream, seq, kind: draft.kind, body, hmac: tags?.[n] };
    });
    const head = signHead(this.options.signer, edge.size, edge.root());
    try {
      await addBatch(this.client, this.options.org, first, rows, head);
    } catch (error) {
      await this.settle(batch, first, error);
      return;
    }
    this.standing = { ...this.standing!, head };
    this.unremembered = head;
    tagger?.advance(edge.size);
    if (batch[0]!.change !== undefined) await this.handOver(edge.size);
    answer(batch, first);
    this.publisher.offer(head, [...edge.takeTiles(), ...bundles.take()]);
  }

  /** The log has a change of keys: what waits was built for the key before it. */
  private async handOver(count: number): Promise<void> {
    const history = this.changed!;
    this.changed = undefined;
    this.options.keyring.history = history;
    this.chains.forget(0);
    for (const waiting of this.queue) waiting.placed = undefined;
    await this.options.keyring.takeTags(count);
  }

  /** Nobody said whether the batch was written: the database will. What it lacks is tried once more. */
  private async settle(batch: Sure[], first: number, error: unknown): Promise<void> {
    this.standing = undefined;
    const tries = isLost(error) ? 1 : 0;
    let written: boolean | undefined;
    for (const until = Date.now() + PATIENCE; written === undefined;) {
      try {
        await this.reopen();
        written = await this.holds(batch, first);
      } catch (later) {
        // A server that has not noticed yet that one of its processes crashed takes new connections, and then ends them too.
        if (isLost(later) && Date.now() < until) {
          await sleep(50);
          continue;
        }
        for (const { reject } of batch) reject(unavailable('Whether the receipt was written is unknown', error));
        throw later;
      }
    }
    if (written) return answer(batch, first);
    const again = batch.filter(({ lost }) => lost < tries);
    this.queue = [...again.map((one) => ({ ...one, placed: undefined, lost: one.lost + 1 })), ...this.queue];
    for (const { lost, reject } of batch) {
      if (lost >= tries) reject(unavailable('The receipt was not written', error));
    }
  }

  private async holds(batch: Sure[], first: number): Promise<boolean> {
    if ((await countReceipts(this.client, this.options.org)) <= first) return false;
    for await (const [id] of readIds(this.client, this.options.org, first, first + 1)) {
      if (Buffer.from(id!).toString('hex') === batch[0]!.placed.id) return true;
    }
    return false;
  }

  /** A new connection, the lock again, and everything read anew; what waits is placed anew. */
  private async reopen(): Promise<void> {
    await this.client.end().catch(() => undefined);
    this.client = await this.reconnect();
    await lockLog(this.client, this.options.org);
    this.chains.forget(0);
    for (const waiting of this.queue) waiting.placed = undefined;
    await this.stand();
  }

  /** A server that restarts, after the crash of one of its processes say, is back in a moment. */
  private async reconnect(): Promise<Client> {
    for (const until = Date.now() + PATIENCE; ; await sleep(50)) {
      try {
        return await this.options.connect();
      } catch (error) {
        if (Date.now() > until) throw error;
      }
    }
  }

  private async stand(): Promise<void> {
    const { org, signer, files, heads } = this.options;
    await this.publisher.idle();
    const standing = await standingOf(this.client, org, signer, files, await heads.last());
    await this.options.keyring.load(this.client, standing.head.size);
    this.publisher.reset(standing.published);
    if (standing.unpublished !== undefined) this.publisher.offer(standing.head, standing.unpublished);
    this.unremembered = standing.head;
    await this.remember();
    this.standing = standing;
  }

  private async remember(): Promise<void> {
    if (this.unremembered === undefined) return;
    await this.options.heads.append(this.unremembered.note);
    this.unremembered = undefined;
  }

  /** Looks up the streams that it doesn't know, then places in order, without a pause in which others could come between. */
  private async placeRest(): Promise<void> {
    const heads = new Map<string, StreamHead>();
    const waiting = this.queue.slice();
    for (const { stream, placed } of waiting) {
      if (placed !== undefined || this.chains.knows(stream) || heads.has(stream)) continue;
      const last = await readLast(this.client, this.options.org, stream);
      heads.set(stream, last === undefined ? NO_RECEIPT : { seq: last.seq, id: Buffer.from(last.id).toString('hex') });
    }
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
}

function answer(batch: readonly Sure[], first: number): void {
  for (const [offset, { placed, resolve }] of batch.entries()) {
    resolve({ id: placed.id, index: first + offset, body: placed.body });
  }
}

function coded(error: unknown): AssayError {
  return error instanceof AssayError ? error : unavailable('The log can’t be written', error);
}

/** The server ended the connection (57P…) or the line broke; everything else was refused for a reason that will last. */
function isLost(error: unknown): boolean {
  const code = codeOf(error);
  if (error instanceof DatabaseError) return code?.startsWith('57P') === true;
  return !(error instanceof AssayError) && (code === undefined || code === 'ECONNRESET' || code === 'EPIPE');
}

function unavailable(what: string, cause: unknown): AssayError {
  const message = cause instanceof Error ? cause.message : String(cause);
  // 53100: disk_full
  const code = codeOf(cause) === '53100' ? 'DISK_FULL' : 'STORE_UNAVAILABLE';
  return new AssayError(code, `${what}: ${message}`, { cause });
}
