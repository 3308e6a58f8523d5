import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { scoreTrees } from './score-trees.ts';
import { type Ensemble, leafOf, type Tree } from './trees.ts';

const FEATURES = 3;
const SCORES = 2;
/** Ties with thresholds come up often. */
const NUMBERS = fc.constantFrom(-1, -0.5, -0, 0, 0.5, 1, -Infinity, Infinity);
const MODES = fc.constantFrom([0], [1], [2], [3], [0, 3], [1, 2], [0, 1, 2, 3], [0, 4], [5]);

/** Complete, or one path that is too long for rows to go down side by side. */
const trees = MODES.chain((modes) =>
  fc
    .record({ depth: fc.constantFrom(0, 1, 2, 4, 30), modes: fc.constant(modes), missing: fc.boolean() })
    .chain(({ depth, missing }) => {
      const nodes = depth === 30 ? 2 * depth + 1 : 2 ** (depth + 1) - 1;
      const node = fc.record({
        feature: fc.nat(FEATURES - 1),
        threshold: fc.oneof({ weight: 9, arbitrary: NUMBERS }, { weight: 1, arbitrary: fc.constant(NaN) }),
        mode: fc.constantFrom(...modes),
        missing: fc.constantFrom(0, missing ? 1 : 0),
        value: fc.tuple(fc.integer(), fc.integer()),
      });
      return fc.array(node, { minLength: nodes, maxLength: nodes }).map((all): Tree => {
        const inner = (i: number): boolean => (depth === 30 ? i % 2 === 0 && i < nodes - 1 : sizeAt(i, depth) > 1);
        return {
          feature: Int32Array.from(all, ({ feature }, i) => (inner(i) ? feature : -1)),
          threshold: Float64Array.from(all, ({ threshold }) => threshold),
          mode: Uint8Array.from(all, ({ mode }) => mode),
          missing: Uint8Array.from(all, (own) => own.missing),
          yes: Int32Array.from(all, (_, i) => (inner(i) ? i + 1 : 0)),
          no: Int32Array.from(all, (_, i) => (inner(i) ? i + 1 + (depth === 30 ? 1 : (sizeAt(i, depth) - 1) / 2) : 0)),
          cover: new Float64Array(nodes),
          value: Float64Array.from(all.flatMap(({ value }, i) => (inner(i) ? [0, 0] : value))),
        };
      });
    }),
);

/** Nodes below node i of a complete tree in preorder, with it. */
function sizeAt(i: number, depth: number): number {
  let [at, size] = [0, 2 ** (depth + 1) - 1];
  while (at !== i) {
    size = (size - 1) / 2;
    at += i <= at + size ? 1 : 1 + size;
  }
  return size;
}

test('rows side by side come to the leaves that each comes to alone', () => {
  fc.assert(
    fc.property(
      fc.array(trees, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(5, 256, 300),
      fc.array(NUMBERS, { minLength: 17, maxLength: 40 }),
      fc.boolean(),
      (drawn, rows, values, missing) => {
        const x = Float64Array.from({ length: rows * FEATURES }, (_, i) =>
          missing && i % 11 === 0 ? NaN : values[i % values.length]!,
        );
        const ensemble: Ensemble = {
          trees: drawn,
          features: FEATURES,
          scores: SCORES,
          base: Float64Array.of(1, 2),
          covers: false,
        };
        const expected = Float64Array.from({ length: rows * SCORES }, (_, i) => {
          const [row, k] = [Math.floor(i / SCORES), i % SCORES];
          return (
            drawn.reduce((sum, tree) => sum + tree.value[leafOf(tree, x, row * FEATURES) * SCORES + k]!, 0) + 1 + k
          );
        });
        assert.deepEqual(scoreTrees(ensemble, x, rows), expected);
      },
    ),
    { numRuns: 300 },
  );
});
