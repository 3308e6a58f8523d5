/** The log's rows as its one writer reads and adds them, over a connection that holds the writer's lock. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { AssayError } from '#common/errors.ts';
import type { Kind } from '#common/receipt/receipt.ts';
import { byteaArray, int8Array, textArray } from './binary.ts';

/** First key of the writer's advisory lock; the second is the organisation's hash. */
const LOCK = 0x61_73_73_61;
/** Milliseconds in which a killed writer's connection may still be ending. */
const PATIENCE = 2_000;

export interface Head {
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: string;
}

export interface Row {
  readonly id: Uint8Array;
  readonly stream: string;
  readonly seq: number;
  readonly kind: Kind;
  readonly body: string;
  /** Beside the log, where there are tags. */
  readonly hmac?: Uint8Array | undefined;
}

/** One writer per log; the lock goes with the connection, so a writer that lost it can't write either. @throws LOG_BUSY */
export async function lockLog(client: Client, org: string): Promise<void> {
  for (const until = Date.now() + PATIENCE; ; await sleep(50)) {
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as got', [
      LOCK,
      org,
    ]);
    if (rows[0]!.got) return;
    if (Date.now() > until) throw new AssayError('LOG_BUSY', `Another kernel writes the log of “${org}”.`);
  }
}

export async function readName(client: Client, org: string): Promise<{ origin: string; vkey: string } | undefined> {
  const { rows } = await client.query<{ origin: string; vkey: string }>(
    'select origin, vkey from logs where org = $1',
    [org],
  );
  return rows[0];
}

export async function addName(client: Client, org: string, origin: string, vkey: string): Promise<void> {
  await client.query('insert into logs (org, origin, vkey) values ($1, $2, $3)', [org, origin, vkey]);
}

/** The newest signed head, or the one at `size`. */
export async function readHead(client: Client, org: string, size?: number): Promise<Head | undefined> {
  const { rows } = await client.query<Head>(
    `select size, root, note from checkpoints where org = $1 and ($2::bigint is null or size = $2)
      order by size desc limit 1`,
    [org, size ?? null],
  );
  return rows[0];
}

/** One more than the largest index. */
export async function countReceipts(client: Client, org: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'select coalesce(max(index) + 1, 0)::bigint as count from receipts where org = $1',
    [org],
  );
  return rows[0]!.count;
}

/** Ids from leaf `from` up to, not including, `to`, in order; throws when one is missing. @throws LOG_FORKED */
export async function* readIds(client: Client, org: string, from: number, to: number): AsyncGenerator<Uint8Array[]> {
  const STEP = 16_384;
  for (let at = from; at < to; at += STEP) {
    const end = Math.min(at + STEP, to);
    const { rows } = await client.query<{ id: Uint8Array }>(
      'select id from receipts where org = $1 and index >= $2 and index < $3 order by index',
      [org, at, end],
    );
    if (rows.length !== end - at) {
      throw new AssayError('LOG_FORKED', `The database lacks receipts between leaf ${at} and ${end}.`);
    }
    yield rows.map(({ id }) => id);
  }
}

/** A stream's bodies in order. */
export async function readStream(
  client: Client,
  org: string,
  stream: string,
): Promise<{ index: number; body: string }[]> {
  const { rows } = await client.query<{ index: number; body: string }>(
    'select index, body from receipts where org = $1 and stream = $2 order by seq',
    [org, stream],
  );
  return rows;
}

/** The last of a stream. */
export async function readLast(
  client: Client,
  org: string,
  stream: string,
): Promise<{ seq: number; id: Uint8Array } | undefined> {
  const { rows } = await client.query<{ seq: number; id: Uint8Array }>(
    'select seq, id from receipts where org = $1 and stream = $2 order by seq desc limit 1',
    [org, stream],
  );
  return rows[0];
}

export async function addHead(client: Client, org: string, head: Head): Promise<void> {
  await client.query('insert into checkpoints (org, size, root, note) values ($1, $2, $3, $4)', [
    org,
    head.size,
    head.root,
    head.note,
  ]);
}

/** A batch and the head that covers it: one statement, so one transaction and one way there and back. */
export async function addBatch(client: Client, org: string, first: number, rows: readonly Row[], head: Head) {
  await client.query({
    name: 'add-batch',
    text: `with added as (
      insert into receipts (org, index, id, stream, seq, kind, body, hmac)
      select $1, $2::bigint + n - 1, id, stream, seq, kind, body, hmac
        from unnest($3::bytea[], $4::text[], $5::bigint[], $6::text[], $7::text[], $11::bytea[]) with ordinality
          as batch (id, stream, seq, kind, body, hmac, n)
    )
    insert into checkpoints (org, size, root, note) values ($1, $8, $9, $10)`,
    values: [
      org,
      first,
      byteaArray(rows.map(({ id }) => id)),
      textArray(rows.map(({ stream }) => stream)),
      int8Array(rows.map(({ seq }) => seq)),
      textArray(rows.map(({ kind }) => kind)),
      textArray(rows.map(({ body }) => body)),
      head.size,
      head.root,
      head.note,
      // All of a batch have tags, or none.
      rows[0]?.hmac === undefined ? null : byteaArray(rows.map(({ hmac }) => hmac!)),
    ],
  });
}
