import { type Known, scoresOf } from '#common/onnx/known.ts';
import { applyLink } from '#common/onnx/link.ts';
import { withCovers } from '#common/onnx/trees.ts';
import { type Answer, askRuntime, type Input, outputNames } from './answer.ts';
import { checkAdditivity, checkRuntime } from './check.ts';
import type { Choice, Method, Space } from './choose.ts';
import { project, scoreColumns } from './columns.ts';
import { interventional } from './interventional.ts';
import { linearShap } from './linear.ts';
import { type Attribution, pathDependent } from './path-dependent.ts';

/**
 * Trees and linear models: exact on the scores, then carried through an affine link, then checked against Assay's own evaluation and the
 * runtime's.
 */
export async function byScores(
  known: Known,
  method: Exclude<Method, 'exact'>,
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
  const additivityError = checkAdditivity(values, base, project(scores, count, columns, true), features.length);
  const readable = known.link.name !== 'unknown';
  const runtimeDifference = readable
    ? checkRuntime(known, applyLink(known.link, scores), await askRuntime(input, known.output))
    : null;
  input.progress(1, 1);
  const used =
    background !== null && (method !== 'tree-path-dependent' || covers === 'background') ? backgroundRows : 0;
  return {
    values,
    base,
    outputs: columns.map(({ name }) => name),
    evaluations: rows + used,
    additivityError,
    backgroundRowsUsed: used,
    engine: 'float64',
    runtimeDifference,
  };
}

function attribute(
  known: Known,
  method: Exclude<Method, 'exact'>,
  covers: Choice['covers'],
  { x, rows, background, backgroundRows, features, progress }: Input,
): Attribution {
  if (known.kind === 'linear') {
    const names = features.map(({ name }) => name);
    return linearShap(known.linear, x, rows, background!, backgroundRows, names);
  }
  const { ensemble } = known;
  const onTree = (done: number): void => progress(done, ensemble.trees.length + 1);
  if (method === 'tree-interventional') return interventional(ensemble, x, rows, background!, backgroundRows, onTree);
  const covered = covers === 'background' ? withCovers(ensemble, background!, backgroundRows) : ensemble;
  return pathDependent(covered, x, rows, onTree);
}
