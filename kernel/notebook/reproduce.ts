/**
 * Running a sealed notebook again: the bundle is verified, then its notebook runs in an empty folder with the bundle's own data and
 * the plugins installed here, and each cell's value is compared with the sealed one. Needs no home, no database and no network.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readZip } from '#common/zip/zip.ts';
import { LONG_RUN, outputPath, PATHS } from '#common/bundle/layout.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CellState, CompiledNotebook } from '#common/notebook.ts';
import type { Comparator, Statement } from '#common/receipt/receipt.ts';
import { parseReceipt } from '#common/receipt/receipt.ts';
import { decodeValue } from '#common/value/value.ts';
import { verifyBundle } from '#common/verify/verify.ts';
import type { Policy, VerifyReport } from '#common/verify/types.ts';
import { makeFolder } from '../store/files.ts';
import { compileNotebook } from './compile.ts';
import { environment } from './environment.ts';
import { runHeadless } from './headless.ts';
import { judgeValues } from './reproduce-judge.ts';
import type { CellOutcome } from './reproduce-outcome.ts';
import { openReplay } from './reproduce-replay.ts';

export interface Reproduction {
  /** Every cell IDENTICAL or EQUIVALENT. */
  readonly ok: boolean;
  readonly title: string;
  readonly root: { readonly sealed: Digest; readonly found: Digest | null };
  readonly cells: readonly CellOutcome[];
  /** What was different here from the start: another Node, another plugin. */
  readonly notes: readonly string[];
  readonly verified: VerifyReport;
  /** Those that were sealed before the run, and were applied. */
  readonly comparators: readonly Comparator[];
}

export interface ReproduceOptions {
  /** Folders whose folders are plugins. */
  readonly pluginDirs: readonly string[];
  readonly policy?: Policy | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  onStates?(states: readonly CellState[]): void;
}

/** @throws BUNDLE_REFUTED (details: the failed checks), CANCELLED, TIMEOUT, DISK_FULL */
export async function reproduceBundle(bytes: Uint8Array, options: ReproduceOptions): Promise<Reproduction> {
  const verified = await verifyBundle(bytes, { policy: options.policy });
  if (!verified.ok) throw refuted(verified);
  if (verified.kind === 'pack')
    throw new AssayError(
      'BUNDLE_INVALID',
      'This is an audit pack: it tells what was run, and holds no notebook to run again.',
    );
  const sealed = openSealed(bytes);
  const temporary = await mkdtemp(join(tmpdir(), 'assay-reproduce-'));
  try {
    await unpack(sealed, temporary);
    const replay = await openReplay({
      ...options,
      dir: temporary,
      receipts: sealed.receipts,
      seed: sealed.compiled.seed,
    });
    try {
      const found = new Map<string, Uint8Array>();
      const run = await runHeadless(sealed.compiled, {
        call: replay.call,
        dataset: replay.dataset,
        onValue: (cell, value) => void found.set(cell, value),
        ...(options.onStates === undefined ? {} : { onStates: options.onStates }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      });
      const states = new Map(run.cells.map((state) => [state.id, state]));
      const cells = sealed.cells.map((cell): CellOutcome => {
        const reason = replay.blocked.get(cell.id);
        if (reason !== undefined) return { id: cell.id, outcome: 'NOT-RUN', sealed: cell.digest, found: null, reason };
        return judge(cell, states.get(cell.id), found.get(cell.id), sealed);
      });
      const failed = run.cells.some(({ error }) => error !== undefined);
      return {
        ok: cells.every(({ outcome }) => outcome === 'IDENTICAL' || outcome === 'EQUIVALENT'),
        title: sealed.compiled.title,
        root: { sealed: sealed.root, found: failed ? null : run.root },
        cells,
        notes: [...environmentNotes(sealed), ...replay.notes],
        verified,
        comparators: sealed.comparators,
      };
    } finally {
      await replay.close();
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

interface SealedRun {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly compiled: CompiledNotebook;
  readonly root: Digest;
  readonly cells: readonly { readonly id: string; readonly digest: Digest }[];
  readonly comparators: readonly Comparator[];
  readonly env: Readonly<Record<string, unknown>>;
  /** Of the sealed stream, in order. */
  readonly receipts: readonly Statement[];
}

/** Takes a verified bundle apart: what it holds is what was sealed. */
function openSealed(bytes: Uint8Array): SealedRun {
  const files = readZip(bytes);
  const text = (path: string): string =>
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(files.get(path));
  const { cells, root } = JSON.parse(text(PATHS.cells)) as Pick<SealedRun, 'cells' | 'root'>;
  return {
    files,
    cells,
    root,
    compiled: compileNotebook(text(PATHS.notebook)),
    comparators: JSON.parse(text(PATHS.comparators)) as Comparator[],
    env: JSON.parse(text(PATHS.env)) as Record<string, unknown>,
    receipts: receiptsOf(files).map(parseReceipt),
  };
}

/** Of the sealed stream, in order. */
function receiptsOf(files: SealedRun['files']): (Uint8Array | string)[] {
  const together = files.get(LONG_RUN.receipts);
  if (together !== undefined) return new TextDecoder().decode(together).split('\n').slice(0, -1);
  const paths = [...files.keys()].filter((path) => /^receipts\/\d/.test(path)).toSorted();
  return paths.map((path) => files.get(path)!);
}

/** Data under the names by which plugins look for it; names were checked with the zip. */
async function unpack({ files }: SealedRun, folder: string): Promise<void> {
  for (const [path, bytes] of files) {
    if (!path.startsWith('data/')) continue;
    const to = join(folder, path.slice('data/'.length));
    await makeFolder(dirname(to));
    await writeFile(to, bytes);
  }
}

function judge(
  cell: { readonly id: string; readonly digest: Digest },
  state: CellState | undefined,
  value: Uint8Array | undefined,
  sealed: SealedRun,
): CellOutcome {
  // A failed cell has a digest too: of its error.
  const digest = state?.error === undefined ? state?.digest : undefined;
  const base = { id: cell.id, sealed: cell.digest, found: digest ?? null };
  if (state === undefined || digest === undefined) return { ...base, ...unfinished(state) };
  if (digest === cell.digest) return { ...base, outcome: 'IDENTICAL' };
  const before = sealed.files.get(outputPath(cell.digest));
  if (before === undefined || value === undefined)
    return {
      ...base,
      outcome: 'DIVERGED',
      reason: 'The values differ, and the sealed one is too large to travel in the bundle.',
    };
  return { ...base, ...judgeValues(outputsIn(before), outputsIn(value), sealed.comparators, cell.id) };
}

/** A cell without a value: not run when that lies with what is installed here, diverged when its own code fails. */
function unfinished(state: CellState | undefined): Pick<CellOutcome, 'outcome' | 'reason'> {
  if (state?.error === undefined) return { outcome: 'NOT-RUN', reason: 'It did not come to run.' };
  const { code, message } = state.error;
  const elsewhere = ['PLUGIN_DIFFERS', 'METHOD_NOT_FOUND', 'PLUGIN_INVALID', 'CELL_INPUT_FAILED', 'ARTIFACT_MISSING'];
  return { outcome: elsewhere.includes(code) ? 'NOT-RUN' : 'DIVERGED', reason: message };
}

/** A cell's value is what it defines, by name. */
const outputsIn = (bytes: Uint8Array): Record<string, unknown> => decodeValue(bytes) as Record<string, unknown>;

function environmentNotes({ env, compiled }: SealedRun): string[] {
  const here = environment(compiled);
  return Object.entries(env)
    .filter(([key, value]) => here[key] !== value)
    .map(([key, value]) => `${key}: sealed on ${String(value)}, here ${String(here[key] ?? 'unknown')}`);
}

function refuted(verified: VerifyReport): AssayError {
  const failed = verified.checks.filter(({ ok }) => ok === false);
  const list = failed.map(({ code, detail }) => `${code}${detail === '' ? '' : ` (${detail})`}`).join('; ');
  return new AssayError('BUNDLE_REFUTED', `The bundle does not hold: ${list}`, { details: { checks: failed } });
}
