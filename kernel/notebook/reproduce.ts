/**
 * Running a sealed notebook again: the bundle is verified, then its notebook runs in an empty folder with the bundle's own data and
 * the plugins installed here, and each cell's value is compared with the sealed one. Needs no home, no database and no network.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '#crypto';
import { bytesSource, type ByteSource } from '#common/byte-source.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CellState } from '#common/notebook.ts';
import type { Comparator } from '#common/receipt/receipt.ts';
import { decodeValue } from '#common/value/value.ts';
import { verifyBundle } from '#common/verify/verify.ts';
import type { Policy, VerifyReport } from '#common/verify/types.ts';
import { environment } from './environment.ts';
import { runHeadless } from './headless.ts';
import { judgeValues } from './reproduce-judge.ts';
import type { CellOutcome } from './reproduce-outcome.ts';
import { openReplay } from './reproduce-replay.ts';
import { openSealed, type SealedRun } from './reproduce-sealed.ts';

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
export async function reproduceBundle(
  bundle: Uint8Array | ByteSource,
  options: ReproduceOptions,
): Promise<Reproduction> {
  const source = bundle instanceof Uint8Array ? bytesSource(bundle) : bundle;
  const verified = await verifyBundle(source, { policy: options.policy, signal: options.signal });
  if (!verified.ok) throw refuted(verified);
  if (verified.kind === 'pack')
    throw new AssayError(
      'BUNDLE_INVALID',
      'This is an audit pack: it tells what was run, and holds no notebook to run again.',
    );
  const temporary = await mkdtemp(join(tmpdir(), 'assay-reproduce-'));
  try {
    const sealed = await openSealed(source, verified, temporary, options.signal);
    const replay = await openReplay({
      ...options,
      dir: temporary,
      calls: sealed.calls,
      seed: sealed.compiled.seed,
    });
    try {
      const same = new Map(sealed.cells.map(({ id, digest }) => [id, digest]));
      /** Those that are not the sealed ones. */
      const found = new Map<string, Uint8Array>();
      const run = await runHeadless(sealed.compiled, {
        call: replay.call,
        dataset: replay.dataset,
        onValue(cell, value) {
          if (sha256Hex(value) === same.get(cell)) found.delete(cell);
          else found.set(cell, value);
        },
        ...(options.onStates === undefined ? {} : { onStates: options.onStates }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      });
      const states = new Map(run.cells.map((state) => [state.id, state]));
      const cells: CellOutcome[] = [];
      for (const cell of sealed.cells) {
        const reason = replay.blocked.get(cell.id);
        cells.push(
          reason === undefined
            ? await judge(cell, states.get(cell.id), found.get(cell.id), sealed)
            : { id: cell.id, outcome: 'NOT-RUN', sealed: cell.digest, found: null, reason },
        );
      }
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

async function judge(
  cell: { readonly id: string; readonly digest: Digest },
  state: CellState | undefined,
  value: Uint8Array | undefined,
  sealed: SealedRun,
): Promise<CellOutcome> {
  // A failed cell has a digest too: of its error.
  const digest = state?.error === undefined ? state?.digest : undefined;
  const base = { id: cell.id, sealed: cell.digest, found: digest ?? null };
  if (state === undefined || digest === undefined) return { ...base, ...unfinished(state) };
  if (digest === cell.digest) return { ...base, outcome: 'IDENTICAL' };
  const before = value === undefined ? undefined : await sealed.value(cell.digest);
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
