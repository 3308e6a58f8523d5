import { constants, createWriteStream } from 'node:fs';
import { access, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { AssayError } from '../common/errors.ts';
import { periodInWords } from '../common/pack/title.ts';
import { parsePeriod } from '../common/pack/period.ts';
import type { Packed } from '../pack/make.ts';
import { openArtifacts } from '../store/artifacts.ts';
import { diskError } from '../store/files.ts';
import { refuseNoHome } from './home.ts';
import { findKernel } from './remote.ts';
import { paint } from './terminal.ts';

export const usage = `
assay pack --from DATE --to DATE [options]    an audit pack: everything that was logged in a period

  A zip with every receipt of the period, the proof that they are an unbroken stretch of the log, and index.html: runs, gates,
  failures, data, models, plugins, for a person to read. It is a bundle like any other: \`assay verify\` and the Verify page check it.

  --from DATE    the first day (YYYY-MM-DD, UTC), or a moment in RFC 3339
  --to DATE      the last day, included; or a moment, excluded. What isn't over yet is packed up to now
  --org NAME     the organisation; “local” unless given
  --out FILE     write the pack here; pack-<org>-<from>-<to>.zip unless given
  --json         print the result as JSON
  --home DIR     data directory; ASSAY_HOME or ./.assay unless given
`;

/** @throws USAGE, PERIOD_INVALID, NOT_FOUND, NAME_INVALID, LOG_FORKED, DISK_FULL, HOME_LOCKED, STORE_* codes */
export async function run(argv: string[]): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      org: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
      home: { type: 'string' },
    },
  });
  const { from, to, org } = values;
  if (from === undefined || to === undefined)
    throw new AssayError('USAGE', 'Say which period: assay pack --from 2026-11-01 --to 2026-11-30');
  // Before a database is started for it.
  parsePeriod(from, to, Date.now());
  const home = resolve(values.home ?? (process.env['ASSAY_HOME'] || join(process.cwd(), '.assay')));
  await refuseNoHome(home);
  const out = values.out ?? `pack-${fileWord(org ?? 'local')}-${fileWord(from)}-${fileWord(to)}.zip`;
  await access(dirname(resolve(out)), constants.W_OK).catch((cause: unknown) => {
    throw new AssayError('NOT_FOUND', `There is no folder to write ${out} into.`, { where: out, cause });
  });
  const packed = await make(home, { from, to, ...(org === undefined ? {} : { org }) });
  await fetchPack(home, packed, out);
  if (values.json) console.log(JSON.stringify({ ...packed, file: out }));
  else for (const line of told(packed, org ?? 'local', out)) console.log(line);
  return 0;
}

async function make(
  home: string,
  request: { readonly from: string; readonly to: string; readonly org?: string },
): Promise<Packed> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const running = await findKernel(home);
  if (running !== null) return running.pack(request, stop.signal);
  const [{ openKernel }, { makePack }] = await Promise.all([import('../kernel.ts'), import('../pack/make.ts')]);
  const { org } = request;
  const kernel = await openKernel({ projectDir: process.cwd(), home, ...(org === undefined ? {} : { org }) });
  try {
    return await makePack(kernel, { ...request, signal: stop.signal });
  } finally {
    await kernel.close();
  }
}

/** The running kernel's artifacts lie in the same home. Whole or not there. @throws ARTIFACT_CORRUPT, DISK_FULL */
async function fetchPack(home: string, { bundle }: Packed, out: string): Promise<void> {
  const artifacts = await openArtifacts(join(home, 'artifacts'));
  const beside = `${out}.part`;
  try {
    await pipeline(Readable.from(artifacts.stream(bundle), { objectMode: false }), createWriteStream(beside));
    await rename(beside, out);
  } catch (error) {
    await rm(beside, { force: true });
    throw diskError(error);
  }
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
const fileWord = (date: string): string => date.replaceAll(/[^0-9A-Za-z.-]+/g, '');

function told(packed: Packed, org: string, out: string): string[] {
  const { from, to, first, end, receipts, bytes, incidents, skipped, witnesses, id } = packed;
  const which = receipts === 0 ? 'nothing was logged then' : `receipts ${first} to ${end - 1}`;
  const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  return [
    `${paint('yellow', 'Packed')} ${org}, ${periodInWords({ from, to })}: ${which}. ${out} (${size}), sealed by receipt ${id.slice(0, 16)}….`,
    ...(incidents === 0
      ? []
      : [paint('yellow', `! ${counted(incidents, 'incident')} in the period: index.html names what went wrong.`)]),
    ...(skipped === 0
      ? []
      : [paint('red', `✗ ${counted(skipped, 'skipped gate')}: whoever verifies the pack will see GATES fail.`)]),
    ...(witnesses === null || witnesses.reached
      ? []
      : [paint('yellow', `! Only ${witnesses.signed} of ${witnesses.of} witnesses cosigned its checkpoint in time.`)]),
    paint('dim', `Anyone can check it: npx assay verify ${out}`),
  ];
}
