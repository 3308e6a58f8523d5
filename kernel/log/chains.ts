/** Gives each draft its place in its stream: the streams' last receipts, in memory. */
import { randomFillSync } from 'node:crypto';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { keyName, type Vkey } from '#common/tlog/note.ts';
import { buildReceipt, type ReceiptDraft } from '#common/receipt/receipt.ts';

/** The last receipt of a stream; `seq` −1 and `id` null before the first. */
export interface StreamHead {
  readonly seq: number;
  readonly id: Digest | null;
}

export const NO_RECEIPT: StreamHead = { seq: -1, id: null };

export interface Placed {
  readonly id: Digest;
  readonly body: string;
  readonly seq: number;
}

/** The database's index over streams takes keys of 2,700 bytes. */
const MAX_STREAM_BYTES = 1_024;
/** Streams that are remembered; forgotten ones are looked up again. */
const MAX_STREAMS = 20_000;

export class Chains {
  private readonly heads = new Map<string, StreamHead>();
  private readonly org: string;
  private readonly log: string;
  private readonly signer: () => string;

  /** `signer` names the key that signs seals at the time of the call. */
  constructor(org: string, log: Vkey, signer: () => string) {
    this.org = org;
    this.log = keyName(log);
    this.signer = signer;
  }

  knows(stream: string): boolean {
    return this.heads.has(stream);
  }

  learn(stream: string, head: StreamHead): void {
    this.heads.set(stream, head);
  }

  /** When nothing is under way: all of it is in the database. */
  forget(limit = MAX_STREAMS): void {
    if (this.heads.size > limit) this.heads.clear();
  }

  /** The stream is known. A refused draft changes nothing. @throws RECEIPT_INVALID */
  place(draft: ReceiptDraft, signer = this.signer()): Placed {
    const { seq: last, id: prev } = this.heads.get(draft.stream) ?? NO_RECEIPT;
    const seq = last + 1;
    const time = new Date().toISOString();
    const receipt = buildReceipt(draft, {
      org: this.org,
      log: this.log,
      seq,
      prev,
      time,
      signer,
      nonce: nonce(),
    });
    this.heads.set(draft.stream, { seq, id: receipt.id });
    return { ...receipt, seq };
  }
}

/** The stream that a draft names, whatever else is wrong with it. @throws RECEIPT_INVALID when the database could not keep it */
export function streamOf(draft: unknown): string {
  const stream = typeof draft === 'object' && draft !== null && 'stream' in draft ? draft.stream : undefined;
  if (typeof stream !== 'string') throw refused('names a stream');
  if (stream.includes('\0')) throw refused('names a stream without zero characters');
  if (Buffer.byteLength(stream) > MAX_STREAM_BYTES)
    throw refused(`names a stream of at most ${MAX_STREAM_BYTES} bytes`);
  return stream;
}

function refused(rule: string): AssayError {
  return new AssayError('RECEIPT_INVALID', `A receipt ${rule}.`, { where: 'stream' });
}

const NONCE_BYTES = 16;
const pool = Buffer.alloc(256 * NONCE_BYTES);
let used = pool.length;

/** 16 random bytes in hex; drawn 256 at a time, which is 6 times as fast. */
function nonce(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += NONCE_BYTES;
  return pool.toString('hex', used - NONCE_BYTES, used);
}
