import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createSha256 } from '#crypto';
import type { ByteSource } from '../common/byte-source.ts';
import { toHex } from '../common/bytes.ts';
import { AssayError } from '../common/errors.ts';
import { OUTCOMES, type CellOutcome, type Outcome } from '../notebook/reproduce-outcome.ts';
import { reproduceBundle, type Reproduction } from '../notebook/reproduce.ts';
import { fileSource } from '../host/file-source.ts';
import { columns, paint } from './terminal.ts';
import { readPolicy } from './verify.ts';

export const usage = `
assay reproduce BUNDLE [options]    run a sealed notebook again, in an empty folder, and compare cell by cell

  The bundle is verified first; its own data are used, and the plugins installed here.

  IDENTICAL    the same bytes
  EQUIVALENT   within the tolerance that was sealed before the run, and how much of it was used
  DIVERGED     other values: where, and by how much
  NOT-RUN      something it needs is not here: the plugin that was sealed, say

  Exit code 0 when every cell is IDENTICAL or EQUIVALENT, else 1.

  --policy FILE      whom you trust, as for verify
  --home DIR         leave a receipt of the comparison in this home's log
  --json             print the result as JSON
  --timeout SECONDS  give up after this long; 600 unless given
`;

/** @throws USAGE, NOT_FOUND, POLICY_INVALID, BUNDLE_REFUTED, TIMEOUT, CANCELLED */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      policy: { type: 'string' },
      home: { type: 'string' },
      json: { type: 'boolean', default: false },
      timeout: { type: 'string', default: '600' },
    },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new AssayError('USAGE', 'Name one bundle: assay reproduce run.zip');
  const seconds = Number(values.timeout);
  if (!(seconds > 0)) throw new AssayError('USAGE', `--timeout takes seconds; “${values.timeout}” is none.`);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const policy = values.policy === undefined ? undefined : await readPolicy(values.policy);
  const bundle = await fileSource(file);
  const { result, digest } = await (async () => ({
    result: await reproduceBundle(bundle, {
      pluginDirs: pluginDirs(),
      policy,
      signal: stop.signal,
      timeoutMs: seconds * 1000,
    }),
    digest: values.home === undefined ? null : await digestOf(bundle),
  }))().finally(() => bundle.close());
  const receipt = values.home === undefined || digest === null ? null : await logged(values.home, digest, result);
  const { verified, ...told } = result;
  if (values.json) console.log(JSON.stringify({ ...told, seal: verified.seal, receipt }));
  else for (const line of printed(result, file, receipt)) console.log(line);
  return result.ok ? 0 : 1;
}

async function digestOf(source: ByteSource): Promise<string> {
  const hash = createSha256();
  for (let at = 0; at < source.size; at += source.chunk)
    hash.update(await source.read(at, Math.min(source.size, at + source.chunk)));
  return toHex(hash.digest());
}

/** The project's plugins, or those that came with this program. */
function pluginDirs(): string[] {
  const here = join(process.cwd(), 'plugins');
  return [existsSync(here) ? here : fileURLToPath(new URL('../../plugins', import.meta.url))];
}

const MARKS: Readonly<Record<Outcome, readonly ['green' | 'yellow' | 'red' | 'dim', string]>> = {
  IDENTICAL: ['green', '='],
  EQUIVALENT: ['yellow', '≈'],
  DIVERGED: ['red', '≠'],
  'NOT-RUN': ['dim', '–'],
};

function row({ id, outcome, sealed, reason }: CellOutcome): string[] {
  const [style, mark] = MARKS[outcome];
  return [paint(style, `${mark} ${outcome}`), id, reason ?? paint('dim', sealed.slice(0, 12))];
}

function printed({ title, cells, root, notes, ok }: Reproduction, file: string, receipt: string | null): string[] {
  const counts = OUTCOMES.map((outcome) => [outcome, cells.filter((cell) => cell.outcome === outcome).length] as const);
  const summary = counts.filter(([, count]) => count > 0).map(([outcome, count]) => `${count} ${outcome}`);
  return [
    `${paint('bold', title)}  ${paint('dim', file)}`,
    '',
    ...columns(cells.map(row), '  '),
    '',
    ...notes.map((note) => paint('dim', `  note: ${note}`)),
    paint('dim', `  sealed root ${root.sealed}`),
    paint('dim', `  root here   ${root.found ?? 'none'}`),
    '',
    `${ok ? paint('green', '✓ Reproduced:') : paint('red', '✗ Not reproduced:')} ${summary.join(', ') || 'no cells'}.`,
    ...(receipt === null ? [] : [paint('dim', `receipt ${receipt}`)]),
  ];
}

async function logged(home: string, bundle: string, result: Reproduction): Promise<string> {
  const [{ openKernel }, { logReproduction }] = await Promise.all([
    import('../kernel.ts'),
    import('../notebook/reproduce-receipt.ts'),
  ]);
  const kernel = await openKernel({ projectDir: process.cwd(), home });
  try {
    return (await logReproduction(kernel, bundle, result)).id;
  } finally {
    await kernel.close();
  }
}
