import { AssayError } from '#common/errors.ts';
import { type Known, type Opaque, outputsOf } from '#common/onnx/known.ts';
import { type Answer, compareWithRuntime, type Input, MOST_VALUES } from './answer.ts';
import { asFunction } from './by-enumeration.ts';
import { checkAdditivity } from './check.ts';
import type { Sampler, Space } from './choose.ts';
import { meanOf } from './interventional.ts';
import { affordable, allow, type Limits } from './sampling/budget.ts';
import { inBatches, varying } from './sampling/game.ts';
import { hierarchyOf } from './sampling/hierarchy.ts';
import { planner } from './sampling/planner.ts';
import { explainRows, type Explained } from './sampling/rows.ts';

export interface SamplingWish extends Limits {
  readonly seed: number;
  readonly groups: object | undefined;
}

/**
 * Any model of any width: a sample of coalitions, each with every background row, until the budget is spent or every standard error small enough.
 *
 * @throws BUDGET_TOO_SMALL, DATA_TOO_LARGE, INPUT_INVALID, MODEL_*, VALUE_MISSING, ADDITIVITY_VIOLATED
 */
export async function bySampling(
  known: Known | Opaque,
  method: Sampler,
  space: Space,
  wish: SamplingWish,
  input: Input,
): Promise<Answer> {
  const { x, rows, backgroundRows } = input;
  const background = input.background!;
  const features = input.features.length;
  const hierarchy = wish.groups === undefined ? undefined : hierarchyOf(wish.groups, input.features);
  const { evaluate, names, close, compared, probes } = await asFunction(known, space, input);
  try {
    const outputs = names.length;
    if (rows * features * outputs > MOST_VALUES) throw new AssayError('DATA_TOO_LARGE');
    const players = Array.from({ length: rows }, (_, row) =>
      varying(x.subarray(row * features, (row + 1) * features), background, backgroundRows),
    );
    const fixed = probes + backgroundRows + rows + (compared === null ? 0 : rows);
    const each = backgroundRows * players.filter(({ length }) => length > 1).length;
    const paid = wish.budget === undefined ? undefined : affordable(wish.budget, fixed, each);
    const planFor = planner(method, wish.seed, hierarchy, paid);
    const games = players.map((own) => ({ players: own, plan: own.length < 2 ? null : planFor(own) }));
    const plans = [...new Set(games.flatMap(({ plan }) => plan ?? []))];
    const { budget, coalitions, notes } = allow(wish, fixed, each, plans);
    let evaluations = fixed;
    const total = fixed + each * coalitions;
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
      additivityError: checkAdditivity(found.values, base, whole, features),
      backgroundRowsUsed: backgroundRows,
      engine: probes === 0 ? 'float64' : 'onnxruntime',
      algorithm: ALGORITHMS[method],
      runtimeDifference: checked.runtimeDifference,
      notes: [...notes, ...outcome(found, wish), ...checked.notes],
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

/** What the caller should know of how it ended. */
function outcome({ exact, largest, coalitions }: Explained, { targetSE }: Limits): readonly string[] {
  if (exact) return ['Every coalition that counts was evaluated, so the values are exact.'];
  if (targetSE === undefined || largest <= targetSE) return [];
  return [
    `The largest standard error is ${largest.toPrecision(3)}, above the target of ${targetSE}: ${coalitions} coalitions a row were all that the budget allowed.`,
  ];
}
