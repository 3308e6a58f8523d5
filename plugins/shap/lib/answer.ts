import { AssayError } from '#common/errors.ts';
import { type Feature, feedsOf, METADATA } from '#common/onnx/features.ts';
import type { Known } from '#common/onnx/known.ts';
import type { OnnxModel } from '#common/onnx/model.ts';
import type { Runtime } from '#common/onnx/session.ts';
import { checkRuntime } from './check.ts';
import { withSession } from './kept-models.ts';
import type { Attribution } from './path-dependent.ts';
import type { TreeAlgorithm } from './tree-algorithm.ts';

/** Numbers in one explanation. */
const MOST_VALUES = 100_000_000;
/** Numbers of interactions in one explanation: with what is needed to find them they take some 24 bytes each. */
const MOST_INTERACTIONS = 40_000_000;
/** Rows that go through the runtime at once: between two batches the call can be stopped, within one it can't. */
const BATCH = 512;

/** @throws DATA_TOO_LARGE naming the method for files, whose values never are in memory together */
export function limitValues(rows: number, features: number, outputs: number): void {
  if (rows * features * outputs <= MOST_VALUES) return;
  throw new AssayError(
    'DATA_TOO_LARGE',
    `${rows} rows × ${features} features × ${outputs} outputs are ${rows * features * outputs} values; one explanation holds ${MOST_VALUES}. shap.explainFile takes any number of rows from a file and writes their values to one.`,
    { where: '/data' },
  );
}

/** @throws DATA_TOO_LARGE saying how many rows would do */
export function limitInteractions(rows: number, features: number, outputs: number): void {
  const each = features * features * outputs;
  if (rows * each <= MOST_INTERACTIONS) return;
  const most = Math.floor(MOST_INTERACTIONS / each);
  throw new AssayError(
    'DATA_TOO_LARGE',
    `${rows} rows × ${features} × ${features} features × ${outputs} outputs are ${rows * each} interaction values; the limit is ${MOST_INTERACTIONS}. ${most > 0 ? `Ask for ${most} rows at a time` : 'No row of so many features fits'}${outputs > 1 ? ', or for one output' : ''}.`,
    { where: '/data' },
  );
}

/** A question with its tables turned into matrices. */
export interface Input {
  readonly runtime: Runtime;
  readonly model: OnnxModel;
  readonly features: readonly Feature[];
  /** (rows × features) */
  readonly x: Float64Array;
  readonly rows: number;
  /** What number the first of them has for the caller, and how many there are in all: these may be a part. */
  readonly first: number;
  readonly planned: number;
  /** (backgroundRows × features) */
  readonly background: Float64Array | null;
  readonly backgroundRows: number;
  /** One output by number; all when undefined. */
  readonly wanted: number | undefined;
  /** Whether interaction values are asked for as well. */
  readonly interactions: boolean;
  progress(done: number, total: number): void;
  /** Throws when the call was stopped. */
  check(): void;
  /** Makes what other parts of the same rows need too; once on each worker. */
  keep<T>(what: string, make: () => T): T;
}

type SamplingAlgorithm =
  | 'paired leverage sampling'
  | 'paired leverage sampling, Gaussian process'
  | 'antithetic permutations'
  | 'coalitions of groups';

/** How a sample was drawn. */
export interface Sampling {
  readonly seed: number;
  /** Evaluations that might have been spent. */
  readonly budget: number;
  /** Most coalitions that a row asked for. */
  readonly coalitions: number;
  readonly largestSE: number;
}

export interface Answer extends Attribution {
  /** (rows × features × features × outputs); null unless asked for. */
  readonly interactions: Float64Array | null;
  /** How they were found. */
  readonly interactionAlgorithm: TreeAlgorithm | 'closed form' | 'enumeration' | null;
  readonly outputs: readonly string[];
  /** Rows that the model was asked for, by Assay's evaluation or the runtime. */
  readonly evaluations: number;
  /** Largest |base + Σ values − output| over all rows. */
  readonly additivityError: number;
  readonly backgroundRowsUsed: number;
  readonly engine: 'float64' | 'onnxruntime';
  /** How the values were found; other ways differ in the last bits. */
  readonly algorithm: TreeAlgorithm | 'closed form' | 'enumeration' | SamplingAlgorithm;
  /** Unless given: yes. */
  readonly exact?: boolean;
  /** Of each value, where they are estimates. (rows × features × outputs) */
  readonly standardErrors?: Float64Array;
  readonly sampling?: Sampling;
  /** A power of ten that no difference between Assay's evaluation and onnxruntime's float32 exceeds; null when only one of them was asked. */
  readonly runtimeDifference: number | null;
  readonly notes: readonly string[];
}

/**
 * How far the runtime's outputs are from Assay's own. A file that Assay reads and the runtime can't even load (a TreeEnsemble of float64 with
 * nodes_hitrates, say) is explained all the same, and a note says that only Assay's evaluation stands behind it.
 *
 * @throws MODEL_DISAGREES, MODEL_FAILED
 */
export async function compareWithRuntime(
  known: Known,
  own: Float64Array,
  input: Input,
): Promise<Pick<Answer, 'runtimeDifference' | 'notes'>> {
  try {
    const runtimeDifference = checkRuntime(known, input.x, own, await askRuntime(input, known.output), input.first);
    return { runtimeDifference, notes: [] };
  } catch (error) {
    if (!(error instanceof AssayError) || !isLoading(error.details)) throw error;
    return {
      runtimeDifference: null,
      notes: [`Not compared with onnxruntime, which can’t load the model: ${error.message}`],
    };
  }
}

const isLoading = (details: unknown): boolean =>
  typeof details === 'object' && details !== null && 'loading' in details && details.loading === true;

/** What the runtime puts out. @returns (rows × outputs) @throws MODEL_FAILED */
async function askRuntime({ runtime, model, features, x, rows, check }: Input, output: string): Promise<Float64Array> {
  return withSession(runtime, model, async (session) => {
    const parts: Float64Array[] = [];
    for (let start = 0; start < rows; start += BATCH) {
      check();
      const count = Math.min(BATCH, rows - start);
      const part = x.subarray(start * features.length, (start + count) * features.length);
      const { data } = await session.run(feedsOf(model, features, part, count), count, output);
      parts.push(data instanceof Float64Array ? data : Float64Array.from(data, Number));
    }
    if (parts.length === 1) return parts[0]!;
    const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  });
}

/** Classes, or the target. */
export function outputNames(known: Known, model: OnnxModel): readonly string[] {
  return known.labels ?? numbered(model.metadata[METADATA.target] ?? known.output, known.link.outputs);
}

export function numbered(name: string, count: number): readonly string[] {
  return count === 1 ? [name] : Array.from({ length: count }, (_, k) => `${name}[${k}]`);
}
