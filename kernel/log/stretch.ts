/** Reading the log by number and by claimed time, over a connection of one's own: pages of rows, however long the log is. */
import type { Client } from 'pg';
import { toHex } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import type { LoggedReceipt } from '#common/receipt/receipt.ts';

/** Receipts of at most 64 KB, mostly of one. */
const PAGE = 500;

/**
 * A receipt's time stands before what follows its predicate: `…"time":"2026-…Z"},"predicateType":…`. Behind it come only subjects, whose
 * names are JSON strings: there these characters can't stand, so that the last place where they do is the right one.
 */
const TIME = `right(split_part(body, '"},"predicateType":', -2), 24) collate "C"`;

export async function within(
  client: Client,
  org: string,
  { from, to }: { readonly from: string; readonly to: string },
  size: number,
): Promise<{ readonly first: number; readonly end: number }> {
  const { rows } = await client.query<{ first: number; end: number }>(
    `select coalesce(min(index) filter (where time >= $2), $4)::bigint as first,
            coalesce(max(index) filter (where time < $3) + 1, 0)::bigint as end
       from (select index, ${TIME} as time from receipts where org = $1 and index < $4) as claimed`,
    [org, from, to, size],
  );
  return rows[0]!;
}

export async function* readPages(
  connect: () => Promise<Client>,
  org: string,
  start: number,
  stop: number,
): AsyncGenerator<readonly LoggedReceipt[]> {
  const client = await connect();
  try {
    for (let at = start; at < stop; at += PAGE) {
      const end = Math.min(at + PAGE, stop);
      const { rows } = await client.query<{ index: number; id: Uint8Array; body: string }>(
        'select index, id, body from receipts where org = $1 and index >= $2 and index < $3 order by index',
        [org, at, end],
      );
      if (rows.length !== end - at)
        throw new AssayError('LOG_FORKED', `The database lacks receipts between number ${at} and ${end}.`);
      yield rows.map(({ index, id, body }) => ({ index, id: toHex(id), body }));
    }
  } finally {
    await client.end();
  }
}
