/** Changes bundles at random and asks the verifier: nothing changed may hold, nothing may throw, and memory may not grow. */
import { Buffer } from 'node:buffer';
import { sealedRun, signer } from '#common/bundle/bundle.fixture.ts';
import { AssayError } from '#common/errors.ts';
import { gatedRun } from '#common/bundle/gated.fixture.ts';
import { formatVkey } from '#common/tlog/note.ts';
import { verifyBundle, type CheckResult, type VerifyCode } from '#common/verify/verify.ts';
import { readZip } from '#common/zip/zip.ts';
import { MUTATIONS, type Bundle } from './mutations.ts';
import { Choices } from './random.ts';

export interface FuzzOptions {
  /** Changes that are to be verified. */
  readonly count: number;
  /** The same seed makes the same changes. */
  readonly seed: number;
  readonly from?: number;
  /** A verifier without this check: it must be found out. */
  readonly without?: VerifyCode;
  /** Stops at the first change that holds. */
  readonly first?: boolean;
}

export interface FuzzReport {
  readonly tried: number;
  /** Changes that changed nothing, or left nothing to pack. */
  readonly idle: number;
  /** How often each check was the first to fail. */
  readonly caught: Readonly<Record<string, number>>;
  /** What must be empty: changes that hold, and errors. */
  readonly wrong: readonly string[];
  readonly slowestMs: number;
  /** By which this process grew, at most. */
  readonly grownBytes: number;
}

const bundleOf = (zip: Uint8Array): Bundle => ({ zip, files: readZip(zip) });
const BUNDLES = [bundleOf(sealedRun().zip), bundleOf(sealedRun({ long: true }).zip), bundleOf(gatedRun())];
/** Honest too, of the same log: what a forger has at hand. */
const OTHERS = [...BUNDLES, bundleOf(sealedRun({ cell: { env: { seed: 2 } } }).zip)];
const honest = new Set(OTHERS.map(({ zip }) => Buffer.from(zip).toString('latin1')));
const policy = { logs: [formatVkey(signer)] };
const KINDS = Object.keys(MUTATIONS);

/** One change: by its seed and number it can be made again. null: nothing was changed. */
export function mutated(seed: number, index: number): { readonly kind: string; readonly zip: Uint8Array } | null {
  const choices = new Choices(seed, index);
  const kind = choices.of(KINDS);
  try {
    const zip = MUTATIONS[kind]!(choices.of(BUNDLES), choices, OTHERS);
    return zip === null || honest.has(Buffer.from(zip).toString('latin1')) ? null : { kind, zip };
  } catch (error) {
    // Some changes leave nothing that a forger could go on with: no list of cells, a name that no zip file has.
    if (error instanceof AssayError || error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

class Failed extends Error {}

export async function fuzz({ count, seed, from = 0, without, first = false }: FuzzOptions): Promise<FuzzReport> {
  const caught: Record<string, number> = {};
  const wrong: string[] = [];
  const before = process.memoryUsage().rss;
  let [idle, slowestMs, most, tried] = [0, 0, before, 0];
  for (let index = from; tried - idle < count; index++) {
    if (first && wrong.length > 0) break;
    const change = mutated(seed, index);
    tried++;
    if (change === null) {
      idle++;
      continue;
    }
    // In one of twenty all checks are run: one that throws instead of failing might stand behind the first that fails.
    const whole = index % 20 === 0 && without === undefined;
    let failed: string | null = null;
    const onCheck = ({ code, ok }: CheckResult): void => {
      if (ok !== false || code === without) return;
      failed ??= code;
      if (!whole) throw new Failed();
    };
    const start = performance.now();
    try {
      await verifyBundle(change.zip, { policy, onCheck, explained: whole });
    } catch (error) {
      if (!(error instanceof Failed)) wrong.push(`${index}, ${change.kind}: ${String((error as Error).stack)}`);
    }
    slowestMs = Math.max(slowestMs, performance.now() - start);
    if (failed === null) wrong.push(`${index}, ${change.kind}: it holds`);
    else caught[failed] = (caught[failed] ?? 0) + 1;
    if (index % 64 === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  return { tried, idle, caught, wrong, slowestMs, grownBytes: most - before };
}
