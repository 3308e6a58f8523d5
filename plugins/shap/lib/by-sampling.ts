import { type Known, type Opaque, outputsOf } from '#common/onnx/known.ts';
import { type Answer, compareWithRuntime, type Input, limitValues } from './answer.ts';
import { asFunction, asking } from './by-enumeration.ts';
import { checkAdditivity } from './check.ts';
import type { Sampler, Space } from './choose.ts';
import { meanOf } from './interventional.ts';
import { affordable, allow, type Limits } from './sampling/budget.ts';
import { inBatches, varying } from './sampling/game.ts';
import { hierarchyOf } from './sampling/hierarchy.ts';
import { planner, type Planner } from './sampling/planner.ts';
import { explainRows } from './sampling/rows.ts';

export interface SamplingWish extends Limits {
  readonly seed: number;
  readonly groups: object | undefined;
}

/** What all rows together may spend, and each of them gets. */
export interface Allowed {
  /** Coalitions of a row that the caller's budget pays for. */
  readonly paid: number | undefined;
  readonly budget: number;
  readonly coalitions: number;
  readonly notes: readonly string[];
}

/** Looks at all rows before any is explained. @throws BUDGET_TOO_SMALL, DATA_TOO_LARGE, INPUT_INVALID */
export function allowSampling(
  known: Known | Opaque,
  method: Sampler,
  space: Space,
  wish: SamplingWish,
  input: Input,
): Allowed {
  const { rows, backgroundRows } = input;
  const { probes, compared } = asking(known, space);
  const players = playersOf(input);
  const fixed = probes + backgroundRows + rows + (compared === null ? 0 : rows);
  const each = backgroundRows * players.filter(({ length }) => length > 1).length;
  const paid = wish.budget === undefined ? undefined : affordable(wish.budget, fixed, each);
  const planFor = plannerFor(method, wish, paid, input);
  const plans = new Set(players.flatMap((own) => (own.length < 2 ? [] : planFor(own))));
  return { paid, ...allow(wish, fixed, each, [...plans]) };
}

const playersOf = ({ x, rows, features: { length: count }, background, backgroundRows }: Input): readonly number[][] =>
  Array.from({ length: rows }, (_, row) =>
    varying(x.subarray(row * count, (row + 1) * count), background!, backgroundRows),
  );

const plannerFor = (method: Sampler, wish: SamplingWish, paid: number | undefined, input: Input): Planner =>
  input.keep('plans', () => {
    const hierarchy = wish.groups === undefined ? undefined : hierarchyOf(wish.groups, input.features);
    return planner(method, wish.seed, hierarchy, paid);
  });

/**
 * Any model of any width: a sample of coalitions, each with every background row, until the budget is spent or every standard error small enough.
 *
 * @throws DATA_TOO_LARGE, INPUT_INVALID, MODEL_*, VALUE_MISSING, ADDITIVITY_VIOLATED
 */
export async function bySampling(
  known: Known | Opaque,
  method: Sampler,
  space: Space,
  wish: SamplingWish,
  { paid, budget, coalitions }: Allowed,
  input: Input,
): Promise<Answer> {
  const { x, rows, backgroundRows } = input;
  const background = input.background!;
  const features = input.features.length;
  const { evaluate, names, close, compared, probes } = await asFunction(known, space, input);
  try {
    const outputs = names.length;
    limitValues(input.planned, features, outputs);
    const planFor = plannerFor(method, wish, paid, input);
    const games = playersOf(input).map((players) => ({ players, plan: players.length < 2 ? null : planFor(players) }));
    const fixed = probes + backgroundRows + rows + (compared === null ? 0 : rows);
    let evaluations = fixed;
    const total = fixed + backgroundRows * coalitions * games.filter(({ plan }) => plan !== null).length;
    const tell = (more: number): void => {
      evaluations += more;
      input.progress(evaluations, total);
    };
    const work = { ...wish, evaluate, x, rows, features, background, backgroundRows, outputs, games, coalitions };
    tell(0);
    const base = meanOf(await inBatches(work, background, backgroundRows, features), backgroundRows, outputs);
    const whole = await inBatches(work, x, rows, features);
    const found = await explainRows(work, base, whole, tell);
    const checked =
      compared === null
        ? { runtimeDifference: null, notes: [] }
        : await compareWithRuntime(compared, outputsOf(compared, x, rows), input);
    return {
      values: found.values,
      base,
      interactions: null,
      interactionAlgorithm: null,
      standardErrors: found.errors,
      exact: found.exact,
      sampling: { seed: wish.seed, budget, coalitions: found.coalitions, largestSE: found.largest },
      outputs: names,
      evaluations,
      additivityError: checkAdditivity(found.values, base, whole, features, input.first),
      backgroundRowsUsed: backgroundRows,
      engine: probes === 0 ? 'float64' : 'onnxruntime',
      algorithm: ALGORITHMS[method],
      ...checked,
    };
  } finally {
    await close();
  }
}

const ALGORITHMS = {
  kernel: 'paired leverage sampling',
  proxy: 'paired leverage sampling, Gaussian process',
  permutation: 'antithetic permutations',
  partition: 'coalitions of groups',
} as const;

/** What the caller should know of how a sample ended. */
export function samplingNotes(
  { exact, sampling }: Pick<Answer, 'exact' | 'sampling'>,
  targetSE: number | undefined,
): readonly string[] {
  if (sampling !== undefined && exact === true)
    return ['Every coalition that counts was evaluated, so the values are exact.'];
  if (sampling === undefined || targetSE === undefined || sampling.largestSE <= targetSE) return [];
  return [
    `The largest standard error is ${sampling.largestSE.toPrecision(3)}, above the target of ${targetSE}: ${sampling.coalitions} coalitions a row were all that the budget allowed.`,
  ];
}
