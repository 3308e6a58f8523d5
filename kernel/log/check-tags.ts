/** Checks every tag with the master key, which only its owner has: what was edited in the database, though all else was made to fit. */
import type { Client } from 'pg';
import { equalBytes, fromHex, toHex } from '#common/bytes.ts';
import { sha256Hex } from '#crypto';
import { AssayError } from '#common/errors.ts';
import { KEY_STREAM, KeyHistory } from '#common/keys/keys.ts';
import { keyName, type Vkey } from '#common/tlog/note.ts';
import { parseReceipt } from '#common/receipt/receipt.ts';
import { countReceipts, readStream } from './rows.ts';
import { EpochKeys, firstKey, tagCommitment } from './tag-keys.ts';
import type { TagFault, TagReport } from './types.ts';

const MAX_FAULTS = 100;
const STEP = 4_096;

interface TaggedRow {
  readonly index: number;
  readonly id: Uint8Array;
  readonly body: string;
  readonly hmac: Uint8Array | null;
}

/** Of `published` receipts, at least. @throws KEY_INVALID when the log began no tags with this master key */
export async function checkTags(
  client: Client,
  org: string,
  log: Vkey,
  published: number,
  master: Uint8Array,
): Promise<TagReport> {
  const range = await taggedRange(client, org, log, tagCommitment(master, org, keyName(log)));
  const { from, to = Math.max(published, await countReceipts(client, org)) } = range;
  const keys = new EpochKeys(firstKey(master, org, keyName(log)));
  const faults: TagFault[] = [];
  const report = (index: number, code: TagFault['code'], what: string): void => {
    if (faults.length < MAX_FAULTS) faults.push({ index, code, what });
  };
  for (let start = from; start < to; start += STEP) {
    const end = Math.min(start + STEP, to);
    const { rows } = await client.query<TaggedRow>(
      'select index, id, body, hmac from receipts where org = $1 and index >= $2 and index < $3 order by index',
      [org, start, end],
    );
    let next = start;
    for (const row of rows) {
      for (; next < row.index; next++) report(next, 'MISSING', 'The database lacks it.');
      next = row.index + 1;
      const expected = keys.at(row.index, row.id);
      judge(row, expected, (id) => keys.at(row.index, id), report);
    }
    for (; next < end; next++) report(next, 'MISSING', 'The database lacks it.');
  }
  return { ok: faults.length === 0, from, to, faults };
}

function judge(
  { index, id, body, hmac }: TaggedRow,
  expected: Uint8Array,
  tagOf: (id: Uint8Array) => Uint8Array,
  report: (index: number, code: TagFault['code'], what: string) => void,
): void {
  const digest = sha256Hex(body);
  const fits = digest === toHex(id);
  if (hmac === null) report(index, 'UNTAGGED', 'Its tag is gone, or it was written by somebody without the key.');
  else if (equalBytes(hmac, expected)) {
    if (!fits) report(index, 'BODY', 'Its body was edited after it was tagged; id and tag are those of what it was.');
  } else if (!fits && equalBytes(hmac, tagOf(fromHex(digest)!)))
    report(index, 'ID', 'Its id was edited after it was tagged; body and tag belong together.');
  else if (fits)
    report(
      index,
      'TAG',
      'Its tag is not this receipt’s: the receipt was rewritten together with its id, or the tag was edited.',
    );
  else report(index, 'TAG', 'Its body, its id and its tag don’t belong together.');
}

/** From behind the receipt that began them, up to and with the one that began others, if any did. */
async function taggedRange(
  client: Client,
  org: string,
  log: Vkey,
  commitment: string,
): Promise<{ from: number; to: number | undefined }> {
  const history = new KeyHistory(log);
  let from: number | undefined;
  let to: number | undefined;
  for (const { index, body } of await readStream(client, org, KEY_STREAM)) {
    const before = history.tags?.at;
    history.apply(parseReceipt(body), index);
    const { tags } = history;
    if (tags === null || tags.at === before) continue;
    if (tags.commitment === commitment) from ??= index + 1;
    else if (from !== undefined) to ??= index + 1;
  }
  if (from === undefined)
    throw new AssayError('KEY_INVALID', 'No receipt in this log began tags with this master key.', { where: 'master' });
  return { from, to };
}
