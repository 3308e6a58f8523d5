/**
 * A run whose receipts are in one file, too many to hold: read once, each receipt checked as it goes by. About 60 bytes a receipt stay (id and
 * kind), and whole those that other checks look at: the run's ends, gates, models and data sets. The first fault of each kind is kept
 * for the check whose it is, so that both forms of a run fail by the same codes.
 */
import { sha256Into } from '#crypto';
import { ByteIndex } from '#common/byte-index.ts';
import { LONG_RUN } from '#common/bundle/layout.ts';
import { fromHex, toHex } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { PARENT_ROLES } from '#common/receipt/lineage-rules.ts';
import { SignerSpans, type SignerSpan } from '#common/keys/signer-spans.ts';
import { ReceiptLines } from '#common/receipt/lines.ts';
import { NIBBLES, ReceiptScanner } from '#common/receipt/scan.ts';
import {
  KINDS,
  MAX_KEPT,
  MAX_LONG_CELLS,
  parseReceipt,
  ROLES,
  type Kind,
  type Role,
  type Statement,
} from '#common/receipt/receipt.ts';
import type { VerifyCode } from './checks.ts';
import type { Files, Seal } from './files.ts';
import type { Receipt } from './receipts.ts';

/** A receipt outside the run that one in it follows from, and the first that does. */
interface Outside {
  readonly digest: Digest;
  readonly role: Role;
  readonly place: number;
}

export interface LongRun {
  readonly count: number;
  /** From one of its receipts to another. */
  readonly links: number;
  readonly kept: readonly Receipt[];
  /** Who signed, by places in the run. */
  readonly signers: readonly SignerSpan[];
  /** What is wrong, by the check that it is for: the first of each. */
  readonly faults: ReadonlyMap<VerifyCode, string>;
  /** Its place in the run; −1 when it is not of the run. */
  place(id: Digest): number;
  kind(place: number): Kind;
  /** The ids, one behind the other. */
  id(place: number): Uint8Array;
  readonly outside: readonly Outside[];
  /** The last value of each cell. */
  readonly cells: ReadonlyMap<string, Digest>;
  /** Files of the bundle that are named; names of what is not in it, the first of them in words. */
  readonly named: ReadonlySet<Digest>;
  readonly absent: { readonly count: number; readonly first: readonly string[] };
}

/** Other checks look at these. */
const KEPT: ReadonlySet<Kind> = new Set(['open', 'close', 'seal', 'gate', 'model', 'dataset']);
const NAMES_NOTHING: ReadonlySet<Kind> = new Set(['open', 'close', 'cell']);
const KIND_NUMBERS = new Map(KINDS.map((kind, number) => [kind, number]));
const MAX_OUTSIDE = 65_534;
const utf8 = new TextEncoder();

export const linePath = (place: number): string => `${LONG_RUN.receipts}, line ${place + 1}`;

/** undefined: the run has a file for each receipt. */
export async function longRunIn(files: Files | undefined, seal: Seal | undefined): Promise<LongRun | undefined> {
  if (files === undefined || seal === undefined || !files.all.has(LONG_RUN.receipts)) return undefined;
  const reader = new Reader(seal, [...files.all.values()].map(({ digest }) => digest)); // prettier-ignore
  for await (const chunk of files.contents(LONG_RUN.receipts)) if (!reader.push(chunk)) break;
  return reader.end();
}

class Reader implements LongRun {
  count = 0;
  links = 0;
  readonly kept: Receipt[] = [];
  readonly faults = new Map<VerifyCode, string>();
  readonly cells = new Map<string, Digest>();
  readonly named = new Set<Digest>();
  readonly absent = { count: 0, first: [] as string[] };
  private readonly outsiders = new Map<string, Outside>();
  private readonly ids = new ByteIndex(true);
  private readonly spans = new SignerSpans();
  private readonly carried = new ByteIndex(true);
  private readonly scanner: ReceiptScanner;
  private readonly lines = new ReceiptLines((bytes, start, end) => this.receipt(bytes, start, end));
  private readonly seal: Seal;
  private readonly stream: Uint8Array;
  private kinds = new Uint8Array(1 << 10);
  private readonly inferences = new Set<string>();
  private readonly current = new Uint8Array(32);
  private readonly before = new Uint8Array(32);
  private readonly digest = new Uint8Array(32);
  private last: Kind = 'run';

  constructor(seal: Seal, carried: readonly Digest[]) {
    this.seal = seal;
    this.stream = utf8.encode(seal.predicate.stream);
    this.scanner = new ReceiptScanner(seal.predicate.org, seal.predicate.log);
    for (const digest of carried) this.carried.add(fromHex(digest)!, 0, 32);
  }

  get signers(): readonly SignerSpan[] {
    return this.spans.all;
  }

  get outside(): readonly Outside[] {
    return [...this.outsiders.values()];
  }

  place(id: Digest): number {
    const bytes = fromHex(id);
    return bytes === null ? -1 : this.ids.find(bytes, 0, 32);
  }

  kind = (place: number): Kind => KINDS[this.kinds[place]!]!;
  id = (place: number): Uint8Array => this.ids.at(place);

  /** Whether to go on. */
  push(chunk: Uint8Array): boolean {
    this.lines.push(chunk);
    return !this.faults.has('RECEIPTS');
  }

  end(): this {
    if (this.lines.isCut) this.fault('RECEIPTS', 'ends in the middle of a line.');
    if (this.count > 0 && this.last !== 'close') this.fault('OPEN_CLOSE', 'The run does not end with its close.');
    return this;
  }

  private receipt(bytes: Uint8Array, start: number, end: number): void {
    if (this.faults.has('RECEIPTS')) return;
    const place = this.count;
    sha256Into(bytes.subarray(start, end), this.current, 0);
    if (this.ids.add(this.current, 0, 32) !== place) return this.fault('RECEIPTS', 'is there a second time.');
    this.count++;
    if (place >= this.kinds.length) this.growKinds();
    try {
      if (this.scanner.scan(bytes, start, end) && !this.isLookedAt(place) && this.isSigned(bytes)) this.plain(bytes);
      else this.parsed(parseReceipt(bytes.subarray(start, end)));
    } catch (error) {
      this.fault('RECEIPTS', (error as Error).message);
    }
    this.before.set(this.current);
  }

  private isLookedAt(place: number): boolean {
    const { kind, roles, parentCount } = this.scanner;
    if (place === 0 || kind === 'cell' || KEPT.has(kind)) return true;
    return kind === 'inference' && roles.slice(0, parentCount).includes('gate');
  }

  private isSigned(bytes: Uint8Array): boolean {
    const { signerStart, signerEnd } = this.scanner;
    return this.spans.goesOn(bytes, signerStart, signerEnd, this.count - 1);
  }

  private plain(bytes: Uint8Array): void {
    const { scanner, stream } = this;
    const { kind, streamStart, streamEnd } = scanner;
    let same = streamEnd - streamStart === stream.length;
    for (let i = 0; same && i < stream.length; i++) same = bytes[streamStart + i] === stream[i];
    if (scanner.prev >= 0) this.readHex(bytes, scanner.prev);
    this.checkPlace(kind, same, scanner.seq, scanner.prev >= 0);
    for (let i = 0; i < scanner.parentCount; i++) {
      this.readHex(bytes, scanner.parents[i]!);
      this.checkParent(kind, scanner.roles[i]!);
    }
    for (let i = 0; i < scanner.digestCount; i++) {
      this.readHex(bytes, scanner.digests[i]!);
      this.name();
    }
  }

  private parsed(statement: Statement): void {
    const { subject, predicate } = statement;
    const { kind, org, log, seq, prev, parents, materials, params } = predicate;
    this.spans.add(predicate.signer, this.count - 1);
    const { predicate: own } = this.seal;
    if (org !== own.org) this.fault('LOG', `is of the organisation “${org}”, the seal of “${own.org}”.`);
    if (log !== own.log) this.fault('LOG', `is for the log ${log}, the seal for ${own.log}.`);
    if (prev !== null) this.digest.set(fromHex(prev)!);
    this.checkPlace(kind, predicate.stream === own.stream, seq, prev !== null);
    for (const { digest, role } of parents) {
      this.digest.set(fromHex(digest)!);
      this.checkParent(kind, role);
    }
    if (!NAMES_NOTHING.has(kind)) {
      for (const digest of [...subject.map((one) => one.digest.sha256), ...materials.map((one) => one.digest)])
        this.nameHex(digest);
      if (params !== null) this.nameHex(params);
    }
    if (kind === 'cell') this.cell(subject);
    this.keep(statement);
  }

  /** `this.digest` holds `prev`. */
  private checkPlace(kind: Kind, ownStream: boolean, seq: number, hasPrev: boolean): void {
    const place = this.count - 1;
    this.kinds[place] = KIND_NUMBERS.get(kind)!;
    this.last = kind;
    if (!ownStream) this.fault('RECEIPTS', 'is not where this receipt belongs: it is of another stream.');
    if (seq !== place) this.fault('STREAM', `has number ${seq} of the run, where number ${place} comes.`);
    let same = hasPrev;
    for (let i = 0; same && i < 32; i++) same = this.digest[i] === this.before[i];
    if (place > 0 && !same) this.fault('STREAM', 'does not name the receipt before it.');
    if (place === 0 && kind !== 'open') this.fault('OPEN_CLOSE', 'The run does not begin with its announcement.');
  }

  /** `this.digest` holds it. What comes later in the run is no parent: whatever follows was logged after it. */
  private checkParent(kind: Kind, role: Role): void {
    if (!PARENT_ROLES[kind].includes(role))
      this.fault('LINEAGE', `follows from a “${role}”; of its kind, “${kind}”, nothing does.`);
    const place = this.count - 1;
    const parent = this.ids.find(this.digest, 0, 32);
    if (parent === place) return this.fault('PARENTS', 'follows from itself.');
    if (parent >= 0) {
      this.links++;
      const kinds: readonly Kind[] = ROLES[role];
      if (!kinds.includes(this.kind(parent))) this.fault('PARENTS', `has ${linePath(parent)}, as its “${role}”.`);
      return;
    }
    const digest = toHex(this.digest);
    const known = `${role} ${digest}`;
    if (this.outsiders.has(known)) return;
    if (this.outsiders.size >= MAX_OUTSIDE) return this.fault('PARENTS', 'follows from something that is not here.');
    this.outsiders.set(known, { digest, role, place });
  }

  private cell([cell, ...more]: Statement['subject']): void {
    if (cell === undefined || more.length > 0) return this.fault('CELLS', 'is not for one cell.');
    if (this.cells.size >= MAX_LONG_CELLS && !this.cells.has(cell.name))
      return this.fault('CELLS', 'is for one cell more than can be listed.');
    this.cells.set(cell.name, cell.digest.sha256);
  }

  /** Of inferences with a gate, one for each that names other gates and models. */
  private keep({ subject, predicate, ...statement }: Statement): void {
    const { kind, parents } = predicate;
    if (kind === 'inference') {
      const judged = parents.filter(({ role }) => role === 'gate' || role === 'model');
      const key = judged.map(({ digest, role }) => `${role} ${digest}`).join(' ');
      if (judged.every(({ role }) => role !== 'gate') || this.inferences.has(key)) return;
      this.inferences.add(key);
    } else if (!KEPT.has(kind) && this.count > 1) return;
    if (this.kept.length >= MAX_KEPT && kind !== 'close')
      return this.fault('GATES', `is one of more than ${MAX_KEPT} gates, models and data sets: too many to be judged.`);
    const place = this.count - 1;
    const few =
      kind === 'open' || kind === 'close' ? predicate : { ...predicate, env: {}, materials: [], comparators: [] };
    this.kept.push({ ...statement, subject, predicate: few, id: toHex(this.current), path: linePath(place) });
  }

  private nameHex(digest: Digest): void {
    this.digest.set(fromHex(digest)!);
    this.name();
  }

  /** `this.digest` holds what is named. */
  private name(): void {
    if (this.carried.find(this.digest, 0, 32) >= 0) this.named.add(toHex(this.digest));
    else if (this.absent.count++ < 3)
      this.absent.first.push(`${toHex(this.digest).slice(0, 12)}… in ${linePath(this.count - 1)}`);
  }

  private readHex(bytes: Uint8Array, at: number): void {
    for (let i = 0; i < 32; i++)
      this.digest[i] = (NIBBLES[bytes[at + 2 * i]!]! << 4) | NIBBLES[bytes[at + 2 * i + 1]!]!;
  }

  private growKinds(): void {
    const larger = new Uint8Array(this.kinds.length * 2);
    larger.set(this.kinds);
    this.kinds = larger;
  }

  private fault(code: VerifyCode, why: string): void {
    if (this.faults.has(code)) return;
    this.faults.set(code, code === 'OPEN_CLOSE' ? why : `${linePath(Math.max(0, this.count - 1))} ${why}`);
  }
}
