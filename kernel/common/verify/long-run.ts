/**
 * A run whose receipts are in one file, too many to hold: each is checked as it goes by. About 60 bytes a receipt stay (id and kind), and
 * whole those that other checks look at: the run's ends, gates, models and data sets. The first fault of each kind is kept for the
 * check whose it is, so that both forms of a run fail by the same codes.
 */
import { LONG_RUN } from '#common/bundle/layout.ts';
import { fromHex } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { SignerSpans, type SignerSpan } from '#common/keys/signer-spans.ts';
import { ReceiptLines } from '#common/receipt/lines.ts';
import { parseReceipt, type Kind, type Statement } from '#common/receipt/receipt.ts';
import { ReceiptScanner } from '#common/receipt/scan.ts';
import type { VerifyCode } from './checks.ts';
import { checkSeal, type Files, type Seal } from './files.ts';
import { LongChain, type Outside } from './long-chain.ts';
import { LongContents } from './long-contents.ts';
import { LongFaults } from './long-faults.ts';
import type { Receipt } from './receipts.ts';

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
  /** One behind the other. */
  readonly ids: Uint8Array;
  readonly outside: readonly Outside[];
  /** The last value of each cell. */
  readonly cells: ReadonlyMap<string, Digest>;
  /** Files of the bundle that are named; names of what is not in it, the first of them in words. */
  readonly named: ReadonlySet<Digest>;
  readonly absent: { readonly count: number; readonly first: readonly string[] };
}

const utf8 = new TextEncoder();

/** Bytes of the shortest receipts. */
const SHORT = 600;

/** `files`: all but the run's, which has `size` bytes. null where no seal says what run it is: then no check looks at its receipts. */
export function longRunReader(files: Files, size: number): LongRunReader | null {
  try {
    const { value: seal } = checkSeal(files);
    return new LongRunReader(seal, [...files.all.values()].map(({ digest }) => digest), Math.ceil(size / SHORT)); // prettier-ignore
  } catch {
    return null;
  }
}

export class LongRunReader {
  private readonly seal: Seal;
  private readonly stream: Uint8Array;
  private readonly scanner: ReceiptScanner;
  private readonly lines = new ReceiptLines((bytes, start, end, id) => this.receipt(bytes, start, end, id));
  private readonly faults = new LongFaults();
  private readonly chain: LongChain;
  private readonly contents: LongContents;
  private readonly spans = new SignerSpans();
  private readonly digest = new Uint8Array(32);

  constructor(seal: Seal, carried: readonly Digest[], expected: number) {
    this.seal = seal;
    this.stream = utf8.encode(seal.predicate.stream);
    this.scanner = new ReceiptScanner(seal.predicate.org, seal.predicate.log);
    this.chain = new LongChain(this.faults, expected);
    this.contents = new LongContents(carried, this.faults);
  }

  push(chunk: Uint8Array): void {
    if (!this.faults.has('RECEIPTS')) this.lines.push(chunk);
  }

  end(): LongRun {
    const { chain, contents, faults } = this;
    if (this.lines.isCut) faults.say('RECEIPTS', `${LONG_RUN.receipts} ends in the middle of a line.`);
    chain.end();
    const { count, links, outside, kinds } = chain;
    const { kept, cells, named, absent } = contents;
    const place = (id: Digest): number => {
      const bytes = fromHex(id);
      return bytes === null ? -1 : chain.ids.find(bytes, 0, 32);
    };
    const found = { count, links, outside, kept, cells, named, absent, faults };
    return { ...found, ids: chain.ids.all, signers: this.spans.all, place, kind: (at) => kinds.get(at) };
  }

  private receipt(bytes: Uint8Array, start: number, end: number, id: Uint8Array): void {
    const { faults, chain, scanner } = this;
    if (faults.has('RECEIPTS')) return;
    const place = chain.count;
    if (!chain.add(id)) return faults.at(place, 'RECEIPTS', 'is there a second time.');
    try {
      if (scanner.scan(bytes, start, end) && !this.isWanted(place) && this.isSigned(bytes, place)) this.plain(bytes);
      else this.parsed(parseReceipt(bytes.subarray(start, end)), id);
    } catch (error) {
      faults.at(place, 'RECEIPTS', (error as Error).message);
    }
  }

  private isWanted(place: number): boolean {
    const { kind, roles, parentCount } = this.scanner;
    return this.contents.isWanted(place, kind, kind === 'inference' && roles.slice(0, parentCount).includes('gate'));
  }

  private isSigned(bytes: Uint8Array, place: number): boolean {
    const { signerStart, signerEnd } = this.scanner;
    return this.spans.goesOn(bytes, signerStart, signerEnd, place);
  }

  /** As `parsed` does it, from the bytes that the scanner found. */
  private plain(bytes: Uint8Array): void {
    const { scanner, stream, chain, digest, contents } = this;
    const { kind, streamStart, streamEnd, prev, seq } = scanner;
    let own = streamEnd - streamStart === stream.length;
    for (let i = 0; own && i < stream.length; i++) own = bytes[streamStart + i] === stream[i];
    if (!own) this.strange();
    if (prev >= 0) scanner.digestAt(prev, digest);
    chain.checkPlace(kind, seq, prev >= 0 ? digest : null);
    for (let i = 0; i < scanner.parentCount; i++) {
      scanner.digestAt(scanner.parents[i]!, digest);
      chain.checkParent(kind, scanner.roles[i]!, digest);
    }
    for (let i = 0; i < scanner.digestCount; i++) {
      scanner.digestAt(scanner.digests[i]!, digest);
      contents.name(digest, chain.count - 1);
    }
  }

  private parsed(statement: Statement, id: Uint8Array): void {
    const { chain, seal, faults } = this;
    const { kind, org, log, stream, seq, prev, parents, signer } = statement.predicate;
    const place = chain.count - 1;
    this.spans.add(signer, place);
    const { predicate: own } = seal;
    if (org !== own.org) faults.at(place, 'LOG', `is of the organisation “${org}”, the seal of “${own.org}”.`);
    if (log !== own.log) faults.at(place, 'LOG', `is for the log ${log}, the seal for ${own.log}.`);
    if (stream !== own.stream) this.strange();
    chain.checkPlace(kind, seq, prev === null ? null : fromHex(prev));
    for (const { digest, role } of parents) chain.checkParent(kind, role, fromHex(digest)!);
    this.contents.take(statement, id, place);
  }

  private strange(): void {
    this.faults.at(this.chain.count - 1, 'RECEIPTS', 'is not where this receipt belongs: it is of another stream.');
  }
}
