import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { AssayError } from '../common/errors.ts';
import { parseReceipt } from '../common/receipt/receipt.ts';
import { verifyLog, type LogReport } from '../common/verify/log.ts';
import { readWhole } from '../host/whole-file.ts';
import { checked, rebuilt } from './log-check.ts';
import { openLogReader, type LogReader } from './log-reader.ts';
import { paint } from './terminal.ts';

export const usage = `
assay log export FILE [--home DIR]        write the whole log: one receipt a line, in order
assay log verify FILE [--key KEY]         check such a file, offline: receipts, streams, lineage, the signed root
assay log fsck [--master FILE]            check this home's tiles, entries and checkpoint, and its database against them: says
                                          where they part, and which side is wrong; changes nothing (\`assay log check\` is the same)
assay log rebuild [--to DIR]              write the public files from the database: where they differ, or all of them into DIR

  Beside FILE lie FILE.checkpoint, the signed head that covers it, and FILE.key, the key that signed. Give --key with the key that
  you know (\`assay log export\` prints it): the one beside the file shows only that the file is whole, not whose it is.
  Exit code 0 when all holds, else 1.

  --key KEY    verifier key, \`name+hash+key\`
  --master FILE  the master key that \`assay keys tag\` wrote: every receipt's tag is checked too, and what was edited in the database
               is named though all else was made to fit. The file is read here and goes nowhere
  --org NAME   the organisation whose log it must be; what the first receipt says unless given
  --to DIR     where \`rebuild\` writes; the home's own public folder unless given
  --home DIR   data directory; ASSAY_HOME or ./.assay unless given
  --json       print the result as JSON
`;

/** Receipts asked for at a time. */
const PAGE = 1000;

/** @throws USAGE, NOT_FOUND, NOTE_INVALID, HOME_LOCKED, STORE_* codes */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      key: { type: 'string' },
      org: { type: 'string' },
      master: { type: 'string' },
      home: { type: 'string' },
      to: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [verb, file, ...more] = positionals;
  const home = resolve(values.home ?? (process.env['ASSAY_HOME'] || join(process.cwd(), '.assay')));
  const log = { home, org: values.org ?? 'local', databaseUrl: process.env['DATABASE_URL'] };
  if ((verb === 'fsck' || verb === 'check') && file === undefined && values.master !== undefined) {
    const { checkWithMaster } = await import('./log-tags.ts');
    return checkWithMaster(values.master, home, values.json);
  }
  if ((verb === 'fsck' || verb === 'check') && file === undefined) return checked(log, values.json);
  if (verb === 'rebuild' && file === undefined) return rebuilt(log, values.to, values.json);
  if ((verb !== 'export' && verb !== 'verify') || file === undefined || more.length > 0)
    throw new AssayError('USAGE', 'assay log export FILE, assay log verify FILE, assay log fsck, or assay log rebuild');
  return verb === 'export' ? exported(file, home, values.json) : verified(file, values);
}

async function exported(file: string, home: string, json: boolean): Promise<number> {
  const log = await openLogReader(home);
  try {
    const { checkpoint, vkey } = await log.head();
    const size = sizeOf(checkpoint);
    await writeLines(file, log, size);
    await writeFile(`${file}.checkpoint`, checkpoint);
    await writeFile(`${file}.key`, `${vkey}\n`);
    if (json) console.log(JSON.stringify({ receipts: size, file, key: vkey }));
    else console.log(`${size} receipts in ${file}\n${paint('dim', 'signed by')} ${vkey}`);
    return 0;
  } finally {
    await log.close();
  }
}

async function writeLines(file: string, log: LogReader, size: number): Promise<void> {
  const out = createWriteStream(file);
  const done = finished(out);
  // Told again by the await below; a page that fails first must not leave it unheard.
  done.catch(() => {});
  for (let from = 0; from < size; from += PAGE) {
    const limit = Math.min(PAGE, size - from);
    const page = (await log.receipts({ before: from + limit, limit })).toReversed();
    const text = page.map(({ body }) => `${body}\n`).join('');
    if (!out.write(text)) await Promise.race([once(out, 'drain'), done]);
  }
  out.end();
  await done;
}

/** The second line of a checkpoint, whose signature `verifyLog` checks. */
function sizeOf(checkpoint: string): number {
  return Number(checkpoint.split('\n')[1]);
}

interface VerifyOptions {
  readonly key?: string | undefined;
  readonly org?: string | undefined;
  readonly json: boolean;
}

async function verified(file: string, { key, org, json }: VerifyOptions): Promise<number> {
  const text = async (path: string): Promise<string> => new TextDecoder().decode(await readWhole(path));
  const log = {
    org: org ?? (await firstOrg(file)),
    checkpoint: await text(`${file}.checkpoint`),
    vkey: key ?? (await text(`${file}.key`)).trim(),
  };
  const report = await verifyLog(createReadStream(file), log);
  if (json) console.log(JSON.stringify({ ...report, trusted: key !== undefined }));
  else for (const line of printed(report, file, key !== undefined)) console.log(line);
  return report.ok ? 0 : 1;
}

/** Of a file that holds no receipt at all the answer doesn't matter: the checkpoint says how many there should be. */
async function firstOrg(file: string): Promise<string> {
  let line = Buffer.alloc(0);
  const chunks = createReadStream(file, { end: 2 ** 17 }) as AsyncIterable<Buffer>;
  try {
    for await (const chunk of chunks) line = Buffer.concat([line, chunk]);
  } catch (error) {
    throw new AssayError('NOT_FOUND', `“${file}” cannot be read: ${(error as Error).message}`, { where: file });
  }
  try {
    return parseReceipt(line.subarray(0, line.indexOf(0x0a))).predicate.org;
  } catch {
    return 'local';
  }
}

function printed({ ok, receipts, streams, origin, faults }: LogReport, file: string, trusted: boolean): string[] {
  const rows = faults.map(
    ({ index, code, detail }) => `  ${paint('red', '✗')} ${code}  ${index < 0 ? '' : `line ${index + 1}: `}${detail}`,
  );
  const judged = trusted ? '' : ' Not judged: whose key signed it. Give --key with the one that you know.';
  const verdict = ok
    ? `${paint('green', `✓ ${file} holds: ${receipts} receipts in ${streams} streams of ${origin}.`)}${judged}`
    : paint('red', `✗ ${file} does not hold: ${receipts} receipts were read.`);
  return [...rows, verdict];
}
