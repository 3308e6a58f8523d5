import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AssayError } from '../common/errors.ts';
import { keyWords } from '../common/keys/words.ts';
import { parseReceipt, type LoggedReceipt } from '../common/receipt/receipt.ts';
import { KINDS, type Kind } from '../common/receipt/types.ts';
import type { FsckReport } from '../log/types.ts';
import { openLogReader, type LogReader } from './log-reader.ts';
import { columns, paint } from './terminal.ts';

export const usage = `
assay receipts [options]    list what the log holds, newest last

  Runs that were begun and never ended are named at the end: the kernel died, or somebody hid them.

  --stream NAME   only this stream
  --kind KIND     only this kind: ${KINDS.join(', ')}
  --limit N       at most this many; 50 unless given
  --check         verify the whole log: tiles, checkpoint, chains, database. Exit code 1 when something is wrong
  --json          print JSON
  --home DIR      data directory; ASSAY_HOME or ./.assay unless given
`;

/** @throws USAGE, HOME_LOCKED, STORE_* codes */
export async function run(argv: string[]): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: {
      stream: { type: 'string' },
      kind: { type: 'string' },
      limit: { type: 'string', default: '50' },
      check: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      home: { type: 'string' },
    },
  });
  const limit = Number(values.limit);
  if (!(Number.isInteger(limit) && limit > 0 && limit <= 1000))
    throw new AssayError('USAGE', '--limit is a number from 1 to 1000.');
  const kind = values.kind as Kind | undefined;
  if (kind !== undefined && !KINDS.includes(kind))
    throw new AssayError('USAGE', `There is no kind “${kind}”: ${KINDS.join(', ')}.`);
  const home = resolve(values.home ?? (process.env['ASSAY_HOME'] || join(process.cwd(), '.assay')));
  const log = await openLogReader(home, values.check);
  try {
    const receipts = (await log.receipts({ stream: values.stream, kind, limit })).toReversed();
    const unfinished = await begunAndNotEnded(log);
    const check = values.check && log.own !== null ? await log.own.fsck() : null;
    if (values.json)
      console.log(JSON.stringify({ receipts: receipts.map(told), unfinished, ...(check === null ? {} : { check }) }));
    else for (const line of printed(receipts, unfinished, check)) console.log(line);
    return check?.ok === false ? 1 : 0;
  } finally {
    await log.close();
  }
}

interface Unfinished {
  readonly stream: string;
  readonly notebook: string;
  readonly time: string;
}

/** Streams with `open` and without `close`, oldest first; among the last thousand of each. */
async function begunAndNotEnded(log: LogReader): Promise<Unfinished[]> {
  const [opened, closed] = [
    await log.receipts({ kind: 'open', limit: 1000 }),
    await log.receipts({ kind: 'close', limit: 1000 }),
  ];
  const ended = new Set(closed.map(({ body }) => parseReceipt(body).predicate.stream));
  return opened
    .map(({ body }) => parseReceipt(body).predicate)
    .filter(({ stream }) => !ended.has(stream))
    .map(({ stream, time, result }) => ({
      stream,
      time,
      notebook: String((result as { notebook?: unknown } | null)?.notebook ?? ''),
    }))
    .toReversed();
}

function told({ id, index, body }: LoggedReceipt): object {
  const { subject, predicate } = parseReceipt(body);
  const { kind, stream, seq, time, method, parents, result } = predicate;
  return { id, index, kind, stream, seq, time, method, subject, parents, result };
}

function printed(
  receipts: readonly LoggedReceipt[],
  unfinished: readonly Unfinished[],
  check: FsckReport | null,
): string[] {
  const rows = receipts.map(({ id, index, body }) => {
    const { subject, predicate } = parseReceipt(body);
    return [
      paint('dim', String(index)),
      id.slice(0, 12),
      predicate.kind,
      predicate.kind === 'key' ? keyWords(predicate.result) : (predicate.method ?? subject[0]?.name ?? ''),
      paint('dim', predicate.time),
      paint('dim', predicate.stream),
    ];
  });
  const faults =
    check?.faults.map(({ code, where, what }) => `  ${paint('red', '✗')} ${code}  ${where}  ${what}`) ?? [];
  return [
    ...(rows.length === 0 ? ['The log holds no such receipt yet.'] : columns(rows)),
    ...unfinished.map(
      ({ stream, notebook, time }) =>
        `${paint('yellow', '!')} ${notebook} was begun ${time} and never ended  ${paint('dim', stream)}`,
    ),
    ...(check === null
      ? []
      : [
          '',
          `${check.ok ? paint('green', '✓ The log holds') : paint('red', '✗ The log does not hold')}: ${check.size} receipts under the checkpoint.`,
          ...faults,
        ]),
  ];
}
