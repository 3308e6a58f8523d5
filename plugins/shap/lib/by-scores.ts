import { type Known, preparedRows, scoresOf } from '#common/onnx/known.ts';
import { applyLink } from '#common/onnx/link.ts';
import { withCovers } from '#common/onnx/trees.ts';
import { type Answer, compareWithRuntime, type Input, outputNames } from './answer.ts';
import { checkAdditivity } from './check.ts';
import type { ByScores, Choice, Space } from './choose.ts';
import { project, scoreColumns } from './columns.ts';
import { openTrees } from './by-trees.ts';
import { fold, type Folded } from './fold.ts';
import { complete, interactTrees } from './interactions/by-trees.ts';
import { linearShap } from './linear.ts';
import type { Attribution } from './path-dependent.ts';

/**
 * Trees and linear models: exact on the scores, then carried through an affine link, then checked against Assay's own evaluation and the
 * runtime's.
 */
export async function byScores(
  known: Known,
  method: ByScores,
  space: Space,
  covers: Choice['covers'],
  input: Input,
): Promise<Answer> {
  const { x, rows, features, background, backgroundRows, model } = input;
  const columns = scoreColumns(known, space, outputNames(known, model), input.wanted);
  const attribution = attribute(known, method, covers, input);
  const scores = scoresOf(known, x, rows);
  const count = known.link.scores;
  const values = project(attribution.values, count, columns, false);
  const base = project(attribution.base, count, columns, true);
  const interactions =
    attribution.interactions === null ? null : project(attribution.interactions, count, columns, false);
  const additivityError = checkAdditivity(
    values,
    base,
    project(scores, count, columns, true),
    features.length,
    input.first,
  );
  const readable = known.link.name !== 'unknown';
  const compared = readable
    ? await compareWithRuntime(known, applyLink(known.link, scores), input)
    : { runtimeDifference: null, notes: [] };
  input.progress(1, 1);
  const used =
    background !== null && (method !== 'tree-path-dependent' || covers === 'background') ? backgroundRows : 0;
  return {
    values,
    base,
    interactions,
    interactionAlgorithm: attribution.interactionAlgorithm,
    outputs: columns.map(({ name }) => name),
    evaluations: rows + used,
    additivityError,
    backgroundRowsUsed: used,
    engine: 'float64',
    algorithm: attribution.algorithm,
    ...compared,
  };
}

type Attributed = Attribution & Pick<Answer, 'algorithm' | 'interactions' | 'interactionAlgorithm'>;

function attribute(known: Known, method: ByScores, covers: Choice['covers'], input: Input): Attributed {
  const { x: given, rows, background: against, backgroundRows, features, progress, interactions: both } = input;
  const { first, planned, keep } = input;
  const spread = (found: Attributed, columns: Folded['columns']): Attributed => ({
    ...found,
    values: spreadOver(columns, known, found.values, rows),
    interactions: found.interactions === null ? null : spreadPairs(columns, known, found.interactions, rows),
  });
  if (known.kind === 'linear') {
    const x = preparedRows(known, given, rows);
    const background = preparedRows(known, against!, backgroundRows);
    const names = known.columns.map(({ from }) => features[from]!.name);
    const found = linearShap(known.linear, x, rows, background, backgroundRows, names, first);
    const { features: count, scores } = known.linear;
    const interactions = both ? new Float64Array(rows * count * count * scores) : null;
    // What is added can't interact.
    if (interactions !== null) complete(interactions, found.values, count, scores);
    const algorithm = 'closed form';
    return spread({ ...found, interactions, algorithm, interactionAlgorithm: both ? algorithm : null }, known.columns);
  }
  const { ensemble, columns, x, background } = fold(known.ensemble, known.columns, known.features, given, against);
  const total = ensemble.trees.length * (both ? 2 : 1) + 1;
  const prepare = () => {
    const covered = covers === 'background' ? withCovers(ensemble, background!, backgroundRows) : ensemble;
    const others = method === 'tree-interventional' ? { x: background!, rows: backgroundRows } : null;
    return { covered, others, trees: openTrees(covered, others, planned) };
  };
  // Ranks are of the values that these rows have: what is prepared for them serves no others.
  const { covered, others, trees } = columns === known.columns ? keep('trees', prepare) : prepare();
  const found = {
    ...trees.explain(x, rows, (done) => progress(done, total)),
    algorithm: trees.algorithm,
  };
  const onTree = (done: number): void => progress(ensemble.trees.length + done, total);
  if (!both) return spread({ ...found, interactions: null, interactionAlgorithm: null }, columns);
  const { interactions, algorithm } = interactTrees(covered, x, rows, others, found.values, onTree, planned);
  return spread({ ...found, interactions, interactionAlgorithm: algorithm }, columns);
}

/** From the columns that were explained to the graph's: what isn't taken has no share, and what is taken several times has the sum. (rows × features × scores) */
function spreadOver(
  columns: Folded['columns'],
  { features, link }: Known,
  values: Float64Array,
  rows: number,
): Float64Array {
  if (columns.length === features && columns.every(({ from }, j) => from === j)) return values;
  const { scores } = link;
  const out = new Float64Array(rows * features * scores);
  for (let row = 0; row < rows; row++)
    columns.forEach(({ from }, j) => {
      const [at, to] = [(row * columns.length + j) * scores, (row * features + from) * scores];
      for (let k = 0; k < scores; k++) out[to + k]! += values[at + k]!;
    });
  return out;
}

/** The same for pairs. (rows × features × features × scores) */
function spreadPairs(
  columns: Folded['columns'],
  { features, link }: Known,
  pairs: Float64Array,
  rows: number,
): Float64Array {
  if (columns.length === features && columns.every(({ from }, j) => from === j)) return pairs;
  const { scores } = link;
  const out = new Float64Array(rows * features * features * scores);
  for (let row = 0; row < rows; row++)
    columns.forEach(({ from }, i) =>
      columns.forEach(({ from: other }, j) => {
        const at = ((row * columns.length + i) * columns.length + j) * scores;
        const to = ((row * features + from) * features + other) * scores;
        for (let k = 0; k < scores; k++) out[to + k]! += pairs[at + k]!;
      }),
    );
  return out;
}
