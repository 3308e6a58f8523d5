import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { Table } from '#common/data/table.ts';
import { estimated, isEstimated, reachOf } from './views/certainty.ts';
import {
  checkExplanation,
  closest,
  type Explanation,
  importance,
  pairSizes,
  rowAt,
  slice,
  stepsOf,
} from './views/explanation.ts';
import { number } from './views/numbers.ts';
import { swarm } from './views/swarm.ts';

const explanation = (meta: Partial<Explanation['meta']> = {}): Explanation => ({
  values: { $: 'tensor', shape: [2, 2, 2], data: Float64Array.of(-1, 1, 2, -2, -3, 3, 0, 0) },
  base: [0.25, 0.75],
  data: Table.fromColumns({ job: ['cook', 'nurse'], age: Float64Array.of(NaN, 40) }),
  names: ['job', 'age'],
  outputs: ['no', 'yes'],
  meta: { method: 'exact', space: 'output', link: 'logistic-pair', ...meta },
});

describe('what the drawings read out of an explanation', () => {
  it('one output: of two the second, or one by number or name', () => {
    const of = slice(explanation());
    assert.deepEqual([of.base, of.part(0, 0), of.part(1, 0)], [0.75, 1, 3]);
    assert.equal(slice(explanation(), 'no').part(0, 0), -1);
    assert.equal(slice(explanation(), 0).base, 0.25);
    assert.throws(() => slice(explanation(), 'maybe'), RangeError);
    assert.throws(() => slice(explanation(), 2), RangeError);
  });

  it('nothing that is no explanation', () => {
    checkExplanation(explanation());
    for (const given of [undefined, null, 7, {}, [], { values: [[1]] }, { ...explanation(), names: undefined }])
      assert.throws(() => checkExplanation(given), /shap\.explain/);
  });

  it('says what is explained, in which unit', () => {
    assert.equal(slice(explanation()).label, 'probability of yes');
    assert.equal(slice(explanation({ space: 'margin' })).label, 'log-odds of yes');
    assert.equal(slice(explanation({ space: 'margin', link: 'softmax' })).label, 'score of yes');
    const wage = slice({ ...explanation({ link: 'none', unit: '$/h' }), outputs: ['wage', 'wage'] });
    assert.deepEqual([wage.label, wage.unit], ['wage', '$/h']);
  });

  it('categories in the model’s order, missing values as null', () => {
    const of = slice(
      explanation({ features: [{ name: 'job', categories: ['nurse', 'cook', 'clerk'] }, { name: 'age' }] }),
    );
    assert.deepEqual(of.levels(0), ['nurse', 'cook']);
    assert.deepEqual([of.levels(1), of.value(0, 1), of.value(1, 1)], [null, null, 40]);
    assert.deepEqual(slice(explanation()).levels(0), ['cook', 'nurse']);
  });

  it('steps add up whatever is gathered in the rest', () => {
    const of = slice(explanation());
    assert.deepEqual(importance(of).order, [0, 1]);
    for (const top of [0, 1, 2]) {
      const steps = stepsOf(of, 0, top, () => 'x');
      assert.equal(
        steps.reduce((sum, { part }) => sum + part, 0),
        -1,
      );
      assert.equal(steps.length, Math.min(2, top + 1));
    }
    assert.throws(() => rowAt(of, 2), RangeError);
  });
});

describe('figures', () => {
  it('keep whole numbers whole: a year is that year, and no other', () => {
    assert.deepEqual([1993, 1993.4, -163_753, 999.6, 94.37, 0.012345, 0, 12_345_678_901].map(number), [
      '1993',
      '1993',
      '−163,753',
      '1000',
      '94.4',
      '0.0123',
      '0',
      '12,300,000,000',
    ]);
  });
});

describe('standard errors', () => {
  it('stand beside the parts that they are of, and count as nothing where there are none', () => {
    const errors = { $: 'tensor' as const, shape: [2, 2, 2], data: Float64Array.of(0, 3, 0, 4, 0, 1, 0, 2) };
    const of = slice({ ...explanation(), standardErrors: errors });
    assert.deepEqual([of.error(0, 0), of.error(1, 1)], [3, 2]);
    assert.deepEqual(
      stepsOf(of, 0, 0, () => '').map(({ error }) => error),
      [5],
    );
    assert.equal(slice(explanation()).error(0, 0), 0);
  });

  const given = (errors: readonly number[]): ReturnType<typeof slice> =>
    slice({
      ...explanation(),
      standardErrors: { $: 'tensor', shape: [2, 2, 2], data: Float64Array.from(errors) },
    });

  it('of a mean over rows that share their coalitions is at most the mean of theirs', () => {
    assert.deepEqual([...importance(given([0, 3, 0, 4, 0, 1, 0, 2])).error], [2, 3]);
    assert.deepEqual([...importance(slice(explanation())).error], [0, 0]);
  });

  it('are said as a 95 % interval, to two digits of it; an exact value is said alone', () => {
    assert.equal(estimated(0.3149, 0.0255, '$/h'), '0.315 ± 0.050 $/h (95 %)');
    assert.equal(estimated(-12_345.6, 630, ''), '−12,346 ± 1235 (95 %)');
    assert.equal(estimated(2, 0, '$/h'), '2 $/h');
    assert.equal(estimated(2, Number.NaN, ''), '2');
    assert.ok(!estimated(1e-9, 1e-12, '').startsWith('0 '));
  });

  it('are said of a whole picture, and only where there are some', () => {
    assert.match(reachOf(given([0, 3, 0, 4, 0, 1, 0, 2]), [0]), /reach 3\.92 to either side on average, 5\.88 at most/);
    assert.equal(reachOf(given([1, 0, 1, 0, 1, 0, 1, 0]), [0, 1]), '', 'those of the other output');
    assert.deepEqual(
      [isEstimated(given([0, 0, 0, 4, 0, 0, 0, 0]), [0]), isEstimated(slice(explanation()), [0])],
      [false, false],
    );
  });
});

describe('interactions', () => {
  const of: Explanation = {
    ...explanation(),
    interactions: {
      $: 'tensor',
      shape: [2, 2, 2, 2],
      data: Float64Array.of(0, -1, 0, 2, 0, 2, 0, -4, 0, 3, 0, 0, 0, 0, 0, 0),
    },
  };

  it('mean size over rows, of one output', () => {
    const size = pairSizes(of)!;
    assert.deepEqual([size(0, 0), size(0, 1), size(1, 0), size(1, 1)], [2, 1, 1, 2]);
    assert.equal(pairSizes(of, 'no')!(0, 1), 0);
    assert.equal(pairSizes(explanation()), null);
  });

  it('name the partner of a feature; without any there is none', () => {
    assert.equal(closest(pairSizes(of)!, 2, 0), 1);
    assert.equal(closest(pairSizes(of, 'no')!, 2, 0), null);
  });
});

describe('a swarm', () => {
  it('keeps to its room, and leaves a dot alone on its line', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 200 }), (at) => {
        for (const offset of swarm(at, 2, 15)) assert.ok(Math.abs(offset) <= 15);
      }),
    );
    for (const offset of swarm([0, 100, 200], 2, 15)) assert.ok(offset === 0);
    assert.deepEqual(swarm([5, 5, 5, 9], 2, 15), swarm([5, 5, 5, 9], 2, 15));
  });
});
