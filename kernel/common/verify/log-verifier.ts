/**
 * Reads receipts of one log in order, one a line: a whole log, or a stretch of it that begins after others. Every receipt is checked for
 * canonical bytes and schema, its place in its stream and those it follows from. Streaming; it keeps some 50 bytes a receipt.
 */
import { ByteIndex } from '#common/byte-index.ts';
import { fromHex, toHex } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { KeyHistory } from '#common/keys/keys.ts';
import { PARENT_ROLES } from '#common/receipt/lineage-rules.ts';
import { MerkleRange } from '#common/tlog/merkle-range.ts';
import { ReceiptLines } from '#common/receipt/lines.ts';
import { KindList } from '#common/receipt/kind-list.ts';
import { ReceiptScanner } from '#common/receipt/scan.ts';
import { SignerSpans, type SignerSpan } from '#common/keys/signer-spans.ts';
import { KINDS, parseReceipt, ROLES, type Kind, type Role } from '#common/receipt/receipt.ts';

export interface LogFault {
  /** Which receipt, from 0; −1 for the log as a whole. */
  readonly index: number;
  readonly code: 'RECEIPT' | 'STREAM' | 'PARENTS' | 'LINEAGE' | 'TWICE' | 'KEYS' | 'CHECKPOINT' | 'COUNT' | 'ROOT';
  readonly detail: string;
}

export interface ReceiptsToVerify {
  readonly org: string;
  /** `name+hash` of the log's key, as receipts name it. */
  readonly name: string;
  /** Where a stretch begins: the number of receipts before it, and the roots of the complete subtrees that these make (`MerkleRange.peaks`). */
  readonly start?: { readonly index: number; readonly peaks: readonly Uint8Array[] };
  /** Receipts from before the stretch that others follow from, already verified. */
  readonly known?: ReadonlyMap<Digest, Kind>;
  /** Before the first receipt; of a stretch, whose signers are judged elsewhere (`signers`), none. */
  readonly keys?: KeyHistory;
  /** Each line as it was read, with its receipt's id; whether it is a receipt at all, `faults` says. */
  onReceipt?(index: number, id: Uint8Array, line: Uint8Array): void;
  onProgress?(receipts: number): void;
}

export const MAX_FAULTS = 100;
const ROLE_KINDS = new Map<Role, ReadonlySet<Kind>>(
  Object.entries(ROLES).map(([role, kinds]) => [role as Role, new Set<Kind>(kinds)]),
);
const KIND_ROLES = new Map(KINDS.map((kind) => [kind, new Set<Role>(PARENT_ROLES[kind])]));

export class LogVerifier {
  /** The first hundred. */
  readonly faults: LogFault[] = [];
  private readonly log: ReceiptsToVerify;
  private readonly scanner: ReceiptScanner;
  private readonly tree: MerkleRange;
  private readonly spans = new SignerSpans();
  private readonly start: number;
  private readonly ids = new ByteIndex(true);
  private readonly streams = new ByteIndex();
  private readonly kinds = new KindList();
  /** For each stream: the next `seq`, and the number of its last receipt. */
  private next: number[] = [];
  private last: number[] = [];
  private readonly lines = new ReceiptLines((bytes, start, end, id) => this.receipt(bytes, start, end, id));
  private readonly parent = new Uint8Array(32);
  private count = 0;
  /** The present receipt's number among all different ones. */
  private entry = 0;

  /** Those of `known` that some receipt follows from. */
  readonly followed = new Set<Digest>();
  private readonly knownCount: number;
  /** Parents that are not here and stand before the stretch, if anywhere. */
  private readonly outside = new Set<Digest>();

  /** @throws MERKLE_INVALID when the stretch can't begin like that */
  constructor(log: ReceiptsToVerify) {
    this.log = log;
    this.scanner = new ReceiptScanner(log.org, log.name);
    this.start = log.start?.index ?? 0;
    this.tree = MerkleRange.from(this.start, log.start?.peaks ?? []);
    for (const [id, kind] of log.known ?? []) {
      this.entry = this.ids.add(fromHex(id)!, 0, 32);
      this.kinds.set(this.entry, kind);
    }
    this.knownCount = this.ids.size;
  }

  /** Receipts read. */
  get receipts(): number {
    return this.count;
  }

  /** Who signed, by numbers in the log; receipts about keys are in no span. */
  get signers(): readonly SignerSpan[] {
    return this.spans.all;
  }

  get streamCount(): number {
    return this.streams.size;
  }

  /** How many receipts, not here, are named as parents. */
  get missing(): number {
    return this.outside.size;
  }

  /** Of the tree up to and including the last receipt read. */
  root(): Uint8Array {
    return this.tree.root();
  }

  push(chunk: Uint8Array): void {
    this.lines.push(chunk);
    this.log.onProgress?.(this.count);
  }

  /** After the last chunk. */
  end(): void {
    if (this.lines.isCut) this.fault('COUNT', 'The export ends in the middle of a line.', -1);
    // What stands later in the log was not there to follow from.
    for (const id of this.outside)
      if (this.ids.find(fromHex(id)!, 0, 32) >= 0)
        this.fault('PARENTS', `A receipt follows from ${id.slice(0, 12)}…, which was logged after it.`, -1);
  }

  private receipt(bytes: Uint8Array, start: number, end: number, id: Uint8Array): void {
    const index = this.start + this.count++;
    this.tree.append(id);
    const known = this.ids.size;
    this.entry = this.ids.add(id, 0, 32);
    if (this.entry !== known) this.fault('TWICE', 'This receipt is in the log before.', index);
    if (this.scanner.scan(bytes, start, end) && this.isSigned(bytes, index)) this.plain(bytes, index);
    else this.parsed(bytes.subarray(start, end), index);
    this.log.onReceipt?.(index, id, bytes.subarray(start, end));
  }

  /** A receipt about no keys, in the name of the key of the receipt before. */
  private isSigned(bytes: Uint8Array, index: number): boolean {
    const { kind, signerStart, signerEnd } = this.scanner;
    return kind !== 'key' && this.spans.goesOn(bytes, signerStart, signerEnd, index);
  }

  private plain(bytes: Uint8Array, index: number): void {
    const { scanner } = this;
    this.kinds.set(this.entry, scanner.kind);
    for (let i = 0; i < scanner.parentCount; i++) {
      scanner.digestAt(scanner.parents[i]!, this.parent);
      this.checkParent(scanner.roles[i]!, index);
    }
    const stream = this.streams.add(bytes, scanner.streamStart, scanner.streamEnd);
    if (scanner.prev >= 0) scanner.digestAt(scanner.prev, this.parent);
    this.checkPlace(stream, scanner.seq, scanner.prev >= 0, index);
  }

  private parsed(bytes: Uint8Array, index: number): void {
    try {
      const statement = parseReceipt(bytes);
      const { kind, org, log, parents, stream, seq, prev, signer } = statement.predicate;
      if (org !== this.log.org || log !== this.log.name)
        throw new AssayError('RECEIPT_INVALID', `It is of the organisation “${org}” and for the log ${log}.`);
      this.kinds.set(this.entry, kind);
      for (const { digest, role } of parents) {
        this.parent.set(fromHex(digest)!);
        this.checkParent(role, index);
      }
      const name = utf8.encode(stream);
      if (prev !== null) this.parent.set(fromHex(prev)!);
      this.checkPlace(this.streams.add(name, 0, name.length), seq, prev !== null, index);
      if (kind === 'key') this.spans.cut();
      else this.spans.add(signer, index);
      const wrong = this.log.keys?.judge(statement, index) ?? null;
      if (wrong !== null) this.fault('KEYS', wrong, index);
    } catch (error) {
      this.fault('RECEIPT', (error as Error).message, index);
    }
  }

  /** `this.parent` holds the digest. */
  private checkParent(role: Role, index: number): void {
    const parent = this.ids.find(this.parent, 0, 32);
    if (parent >= 0 && parent < this.knownCount) this.followed.add(toHex(this.parent));
    if (parent < 0 && this.start > 0) this.outside.add(toHex(this.parent));
    else if (parent < 0 || parent >= this.entry)
      this.fault('PARENTS', 'It follows from a receipt that was not logged before it.', index);
    else if (!ROLE_KINDS.get(role)!.has(this.kinds.get(parent)))
      this.fault('PARENTS', `It has a receipt of another kind as its “${role}”.`, index);
    const kind = this.kinds.get(this.entry);
    if (!KIND_ROLES.get(kind)!.has(role))
      this.fault('LINEAGE', `It follows from a “${role}”, as nothing of the kind “${kind}” does.`, index);
  }

  /** `this.parent` holds `prev`. */
  private checkPlace(stream: number, seq: number, hasPrev: boolean, index: number): void {
    // A stream may have begun before the stretch does.
    const expected = this.next[stream] ?? (this.start > 0 && seq > 0 ? seq : 0);
    if (seq !== expected)
      this.fault('STREAM', `It has number ${seq} in its stream; number ${expected} comes next.`, index);
    else if (hasPrev && this.last[stream] !== undefined && this.ids.find(this.parent, 0, 32) !== this.last[stream])
      this.fault('STREAM', 'It does not name the receipt before it in its stream.', index);
    this.next[stream] = seq + 1;
    this.last[stream] = this.entry;
  }

  private fault(code: LogFault['code'], detail: string, index: number): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push({ index, code, detail });
  }
}

const utf8 = new TextEncoder();
