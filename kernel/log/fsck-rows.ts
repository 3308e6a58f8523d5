/** The database's rows by themselves: each is what its body says, and each stream is a chain without gaps. */
import type { Client } from 'pg';
import { toHex } from '#common/bytes.ts';
import type { KeyHistory } from '#common/keys/keys.ts';
import { parseReceipt } from '#common/receipt/receipt.ts';
import { sha256Hex } from '#crypto';
import type { FaultReport as Report } from './types.ts';

export interface StoredRow {
  readonly index: number;
  readonly id: Uint8Array;
  readonly stream: string;
  readonly seq: number;
  readonly kind: string;
  readonly body: string;
}

export class RowReader {
  private readonly chains = new Map<string, { readonly seq: number; readonly id: string }>();
  private readonly client: Client;
  private readonly org: string;
  private readonly keys: KeyHistory;
  private readonly report: Report;

  /** `keys`: as they were before the first row. */
  constructor({ client, org, keys, report }: { client: Client; org: string; keys: KeyHistory; report: Report }) {
    this.client = client;
    this.org = org;
    this.keys = keys;
    this.report = report;
  }

  /** Rows from number `first` on, each in its place. */
  async read(first: number, width: number): Promise<readonly (StoredRow | undefined)[]> {
    const { rows } = await this.client.query<StoredRow>(
      `select index, id, stream, seq, kind, body from receipts
        where org = $1 and index >= $2 and index < $3 order by index`,
      [this.org, first, first + width],
    );
    const placed = Array.from<StoredRow | undefined>({ length: width });
    for (const row of rows) placed[row.index - first] = row;
    for (const [at, row] of placed.entries()) {
      if (row === undefined) this.missing(first + at);
      else this.verify(row);
    }
    return placed;
  }

  private missing(index: number): void {
    this.report({ code: 'COUNT', where: `receipt ${index}`, what: 'The database lacks it.', index, side: 'database' });
  }

  private verify({ index, id, stream, seq, kind, body }: StoredRow): void {
    const fault = { where: `receipt ${index}`, index, side: 'database' } as const;
    const last = this.chains.get(stream);
    this.chains.set(stream, { seq, id: toHex(id) });
    if (sha256Hex(body) !== toHex(id)) {
      this.report({ ...fault, code: 'RECEIPT', what: 'Its id is not the digest of its body.' });
      return;
    }
    try {
      const statement = parseReceipt(body);
      const { predicate } = statement;
      const says = [predicate.org, predicate.stream, predicate.seq, predicate.kind].join('\n');
      if (says !== [this.org, stream, seq, kind].join('\n')) {
        const what = 'Its row says another organisation, stream, place or kind than its body.';
        this.report({ ...fault, code: 'RECEIPT', what });
      }
      if (predicate.seq !== (last?.seq ?? -1) + 1 || predicate.prev !== (last?.id ?? null)) {
        const what = `It does not follow receipt ${last?.seq ?? 'none'} of stream “${stream}”.`;
        this.report({ ...fault, code: 'CHAIN', what });
      }
      const wrong = this.keys.judge(statement, index);
      if (wrong !== null) this.report({ ...fault, code: 'KEYS', what: wrong });
    } catch (error) {
      this.report({ ...fault, code: 'RECEIPT', what: (error as Error).message });
    }
  }
}
