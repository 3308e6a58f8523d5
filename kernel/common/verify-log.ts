/**
 * Verifying a whole log, from its export alone: one receipt a line, in order. Streaming; what it keeps is about 50 bytes a receipt. Every
 * receipt is checked for canonical bytes and schema, its place in its stream and those it follows from; all of them together for the
 * signed root. A fault is located by its line.
 */
import { prepareCrypto, sha256Into } from '#crypto';
import { ByteIndex } from './byte-index.ts';
import { AssayError } from './errors.ts';
import { PARENT_ROLES } from './lineage-rules.ts';
import { KeyHistory } from './keys.ts';
import { MerkleRange } from './merkle-range.ts';
import { equalBytes, fromHex } from './bytes.ts';
import { keyName, parseVkey, type Checkpoint } from './note.ts';
import { verifyCheckpoint } from './proof.ts';
import { ReceiptLines } from './receipt-lines.ts';
import { NIBBLES, ReceiptScanner } from './receipt-scan.ts';
import { KINDS, parseReceipt, ROLES, type Kind, type Role } from './receipt.ts';

interface LogFault {
  /** Which receipt, from 0; −1 for the log as a whole. */
  readonly index: number;
  readonly code: 'RECEIPT' | 'STREAM' | 'PARENTS' | 'LINEAGE' | 'TWICE' | 'KEYS' | 'CHECKPOINT' | 'COUNT' | 'ROOT';
  readonly detail: string;
}

export interface LogReport {
  readonly ok: boolean;
  /** Receipts read. */
  readonly receipts: number;
  readonly streams: number;
  readonly origin: string | null;
  /** The first hundred. */
  readonly faults: readonly LogFault[];
}

export interface LogToVerify {
  readonly org: string;
  /** The log's signed checkpoint, and the key that you trust to have signed it. */
  readonly checkpoint: string;
  readonly vkey: string;
  onProgress?(receipts: number): void;
}

const MAX_FAULTS = 100;
const ROLE_KINDS = new Map<Role, ReadonlySet<Kind>>(
  Object.entries(ROLES).map(([role, kinds]) => [role as Role, new Set<Kind>(kinds)]),
);
const KIND_ROLES = new Map(KINDS.map((kind) => [kind, new Set<Role>(PARENT_ROLES[kind])]));

/** `chunks` are the export's bytes, cut anywhere. Never throws for what they hold. @throws NOTE_INVALID when `vkey` is no key */
export async function verifyLog(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  log: LogToVerify,
): Promise<LogReport> {
  await prepareCrypto();
  const verifier = new LogVerifier(log);
  for await (const chunk of chunks) verifier.push(chunk);
  return verifier.end();
}

class LogVerifier {
  private readonly log: LogToVerify;
  private readonly name: string;
  private readonly scanner: ReceiptScanner;
  private readonly keys: KeyHistory;
  /** The name of the key that signs here, as a plain receipt has it. */
  private signer: Uint8Array;
  private readonly checkpoint: Checkpoint | undefined;
  private readonly faults: LogFault[] = [];
  private readonly tree = new MerkleRange();
  private readonly ids = new ByteIndex(true);
  private readonly streams = new ByteIndex();
  private kinds = new Uint8Array(1 << 10);
  /** For each stream: the next `seq`, and the number of its last receipt. */
  private next: number[] = [];
  private last: number[] = [];
  private readonly lines = new ReceiptLines((bytes, start, end) => this.receipt(bytes, start, end));
  private readonly id = new Uint8Array(32);
  private readonly parent = new Uint8Array(32);
  private count = 0;
  /** The present receipt's number among all different ones. */
  private entry = 0;

  /** @throws NOTE_INVALID when `vkey` is no key */
  constructor(log: LogToVerify) {
    const key = parseVkey(log.vkey);
    this.log = log;
    this.name = keyName(key);
    this.scanner = new ReceiptScanner(log.org, this.name);
    this.keys = new KeyHistory(key);
    this.signer = utf8.encode(this.name);
    try {
      this.checkpoint = verifyCheckpoint(log.checkpoint, [key]);
    } catch (error) {
      this.fault('CHECKPOINT', (error as Error).message, -1);
    }
  }

  push(chunk: Uint8Array): void {
    this.lines.push(chunk);
    this.log.onProgress?.(this.count);
  }

  end(): LogReport {
    if (this.lines.isCut) this.fault('COUNT', 'The export ends in the middle of a line.', -1);
    const { checkpoint } = this;
    if (checkpoint !== undefined) {
      if (checkpoint.size !== BigInt(this.count))
        this.fault('COUNT', `The checkpoint is for ${checkpoint.size} receipts; here are ${this.count}.`, -1);
      else if (!equalBytes(this.tree.root(), checkpoint.root))
        this.fault('ROOT', 'The receipts do not give the root that was signed.', -1);
    }
    return {
      ok: this.faults.length === 0,
      receipts: this.count,
      streams: this.streams.size,
      origin: checkpoint?.origin ?? null,
      faults: this.faults,
    };
  }

  private receipt(bytes: Uint8Array, start: number, end: number): void {
    const index = this.count++;
    sha256Into(bytes.subarray(start, end), this.id, 0);
    this.tree.append(this.id);
    const known = this.ids.size;
    this.entry = this.ids.add(this.id, 0, 32);
    if (this.entry !== known) this.fault('TWICE', 'This receipt is in the log before.', index);
    if (this.entry >= this.kinds.length) this.growKinds();
    if (this.scanner.scan(bytes, start, end) && this.isSigned(bytes)) this.plain(bytes, index);
    else this.parsed(bytes.subarray(start, end), index);
  }

  /** A receipt about no keys, in the name of the key that signs here. */
  private isSigned(bytes: Uint8Array): boolean {
    const { signer, scanner } = this;
    const { signerStart: start, signerEnd: end } = scanner;
    if (scanner.kind === 'key' || end - start !== signer.length) return false;
    for (let i = 0; i < signer.length; i++) if (bytes[start + i] !== signer[i]) return false;
    return true;
  }

  private plain(bytes: Uint8Array, index: number): void {
    const { scanner } = this;
    this.kinds[this.entry] = KINDS.indexOf(scanner.kind);
    for (let i = 0; i < scanner.parentCount; i++) {
      this.readHex(bytes, scanner.parents[i]!);
      this.checkParent(scanner.roles[i]!, index);
    }
    const stream = this.streams.add(bytes, scanner.streamStart, scanner.streamEnd);
    if (scanner.prev >= 0) this.readHex(bytes, scanner.prev);
    this.checkPlace(stream, scanner.seq, scanner.prev >= 0, index);
  }

  private parsed(bytes: Uint8Array, index: number): void {
    try {
      const statement = parseReceipt(bytes);
      const { predicate } = statement;
      const { kind, org, log, parents, stream, seq, prev } = predicate;
      if (org !== this.log.org || log !== this.name)
        throw new AssayError('RECEIPT_INVALID', `It is of the organisation “${org}” and for the log ${log}.`);
      this.kinds[this.entry] = KINDS.indexOf(kind);
      for (const { digest, role } of parents) {
        this.parent.set(fromHex(digest)!);
        this.checkParent(role, index);
      }
      const name = utf8.encode(stream);
      if (prev !== null) this.parent.set(fromHex(prev)!);
      this.checkPlace(this.streams.add(name, 0, name.length), seq, prev !== null, index);
      const wrong = this.keys.judge(statement, index);
      if (wrong !== null) this.fault('KEYS', wrong, index);
      if (kind === 'key') this.signer = utf8.encode(this.keys.current.name);
    } catch (error) {
      this.fault('RECEIPT', (error as Error).message, index);
    }
  }

  /** `this.parent` holds the digest. */
  private checkParent(role: Role, index: number): void {
    const parent = this.ids.find(this.parent, 0, 32);
    if (parent < 0 || parent >= this.entry)
      this.fault('PARENTS', 'It follows from a receipt that was not logged before it.', index);
    else if (!ROLE_KINDS.get(role)!.has(KINDS[this.kinds[parent]!]!))
      this.fault('PARENTS', `It has a receipt of another kind as its “${role}”.`, index);
    const kind = KINDS[this.kinds[this.entry]!]!;
    if (!KIND_ROLES.get(kind)!.has(role))
      this.fault('LINEAGE', `It follows from a “${role}”, as nothing of the kind “${kind}” does.`, index);
  }

  /** `this.parent` holds `prev`. */
  private checkPlace(stream: number, seq: number, hasPrev: boolean, index: number): void {
    const expected = this.next[stream] ?? 0;
    if (seq !== expected)
      this.fault('STREAM', `It has number ${seq} in its stream; number ${expected} comes next.`, index);
    else if (hasPrev && this.ids.find(this.parent, 0, 32) !== this.last[stream])
      this.fault('STREAM', 'It does not name the receipt before it in its stream.', index);
    this.next[stream] = seq + 1;
    this.last[stream] = this.entry;
  }

  private readHex(bytes: Uint8Array, start: number): void {
    for (let i = 0; i < 32; i++)
      this.parent[i] = (NIBBLES[bytes[start + 2 * i]!]! << 4) | NIBBLES[bytes[start + 2 * i + 1]!]!;
  }

  private growKinds(): void {
    const larger = new Uint8Array(this.kinds.length * 2);
    larger.set(this.kinds);
    this.kinds = larger;
  }

  private fault(code: LogFault['code'], detail: string, index: number): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push({ index, code, detail });
  }
}

const utf8 = new TextEncoder();
