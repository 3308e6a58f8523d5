/** Reading receipts/log.jsonl: each receipt verified by itself and in its place, and what all of them amount to. */
import { toHex } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { LogVerifier } from '#common/verify/log-verifier.ts';
import { peaksOf, type PackPeriod } from './period.ts';
import { SummaryBuilder, type PackSummary } from './summary.ts';
import { keyName, parseVkey } from '#common/tlog/note.ts';
import type { Kind, Statement } from '#common/receipt/types.ts';
import type { Receipt } from '#common/verify/receipts.ts';

export interface Stretch {
  readonly verified: LogVerifier;
  /** null when some line is no receipt. */
  readonly summary: PackSummary | null;
  /** Kinds of the receipts here, for those outside that follow from them. */
  readonly announcement: Statement | null;
}

const utf8 = new TextDecoder();

export class StretchReader {
  private readonly period: PackPeriod;
  private readonly verifier: LogVerifier;
  private readonly builder: SummaryBuilder;
  private announcement: Statement | null = null;

  /** @throws MERKLE_INVALID, NOTE_INVALID when the period's own numbers can't be */
  constructor(period: PackPeriod, ancestors: readonly Receipt[]) {
    this.period = period;
    this.builder = new SummaryBuilder(period, ancestors);
    const known = new Map<Digest, Kind>(ancestors.map(({ id, predicate }) => [id, predicate.kind]));
    // What announced the pack stands behind the stretch, or is its last receipt.
    known.delete(period.announced);
    this.verifier = new LogVerifier({
      org: period.org,
      name: keyName(parseVkey(period.vkey)),
      start: { index: period.start, peaks: peaksOf(period) },
      known,
      onReceipt: (index, id, line) => this.read(index, toHex(id), line),
    });
  }

  push(chunk: Uint8Array): void {
    this.verifier.push(chunk);
  }

  end(): Stretch {
    this.verifier.end();
    const readable = this.verifier.faults.every(({ code }) => code !== 'RECEIPT' && code !== 'COUNT');
    return {
      verified: this.verifier,
      summary: readable ? this.builder.end() : null,
      announcement: this.announcement,
    };
  }

  private read(index: number, id: Digest, line: Uint8Array): void {
    // Once a line is no receipt there will be no summary.
    if (this.verifier.faults.some(({ code }) => code === 'RECEIPT' || code === 'COUNT')) return;
    const statement = JSON.parse(utf8.decode(line)) as Statement;
    if (id === this.period.announced) this.announcement = statement;
    this.builder.add(index, id, statement);
  }
}
