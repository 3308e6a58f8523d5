import { type Ensemble, holds } from '#common/onnx/trees.ts';
import type { Adding } from '../tables/by-tables.ts';
import { ensure, reserver, take } from '../tables/exports.ts';
import { LEAST_BITS, openWriter } from '../tables/writer.ts';
import { shapeOf } from '../tree-shape.ts';
import { scoresIn } from './scores-in.ts';

/** Numbers of rows that are held at once. */
const MOST_SUMS = 2 ** 20;

/** Nodes after which progress is told, and work may be stopped, inside a tree too. */
const TOLD_EVERY = 2 ** 20;

/** Nothing is kept from one call to the next. */
const VISITS = {};

/**
 * Path-dependent SHAP values, each row by itself down each tree: quadrature (see ../path-dependent.ts), points side by side.
 *
 * @param numbers the trees, none deeper than `shallowEnough` says
 */
export function openVisits(ensemble: Ensemble, numbers: readonly number[]): Adding {
  const { features, scores } = ensemble;
  const width = features * scores;
  const most = Math.max(1, Math.floor(MOST_SUMS / width));
  return (x, rows, values, onTree) => {
    for (let start = 0; start < rows; start += most) {
      const end = Math.min(rows, start + most);
      const share = (done: number): number => numbers.length * start + done * (end - start);
      addByVisits(
        ensemble,
        numbers,
        x.subarray(start * features, end * features),
        end - start,
        values.subarray(start * width, end * width),
        (done) => onTree(Math.floor(share(done) / rows)),
      );
    }
  };
}

function addByVisits(
  { trees, features, scores }: Ensemble,
  numbers: readonly number[],
  x: Float64Array,
  rows: number,
  values: Float64Array,
  onTree: (done: number) => void,
): void {
  if (numbers.length === 0) return;
  const nodes = numbers.reduce((most, number) => Math.max(most, trees[number]!.feature.length), 0);
  const { exports, memory } = take(VISITS).instance;
  const { reserve, end } = reserver(64);
  const decidedAt = reserve(nodes);
  const sumsAt = reserve(values.length * 8);
  ensure(memory, end());
  const layout = { nodes, scores, bits: LEAST_BITS, order: 1, pairs: null, features, sums: 0, column: 0 } as const;
  const writer = openWriter(exports, memory, end(), layout);
  const sums = new Float64Array(memory.buffer, sumsAt, values.length);
  sums.set(values);
  numbers.forEach((number, done) => {
    const tree = trees[number]!;
    const { feature, yes, no } = tree;
    writer.choose(tree, { column: feature, cut: feature, yes, no }, shapeOf(tree).longest);
    exports.prepareVisits();
    const decided = new Uint8Array(memory.buffer, decidedAt, feature.length);
    const own = scoresIn(tree, scores);
    let since = 0;
    for (let row = 0; row < rows; row++) {
      since += feature.length;
      if (since > TOLD_EVERY) {
        onTree(done);
        since = 0;
      }
      for (let node = 0; node < feature.length; node++) {
        const column = feature[node]!;
        if (column >= 0) decided[node] = holds(tree, node, x[row * features + column]!) ? 1 : 0;
      }
      for (const score of own) exports.visit(decidedAt, score, scores, sumsAt + row * features * scores * 8);
    }
    onTree(done + 1);
  });
  values.set(sums);
}
