import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { Table } from '#common/data/table.ts';
import { INK, letters, PAPER, ramp } from './views/colours.ts';
import { differencesOf } from './views/differences.ts';
import { type Explanation, importance, sampled, slice, type Slice } from './views/explanation.ts';
import { columnOf, heatOf, startOf } from './views/heat.ts';
import { byOutput, bySimilarity, predictions } from './views/order.ts';
import { movesOf } from './views/moves.ts';
import { outliers, pathOf, spreadOver } from './views/paths.ts';
import { spaced, tintOf } from './views/tints.ts';

/** Whole numbers, so that sums are exact in whatever order they are made. */
function explanation(rows: number, features: number, parts: ArrayLike<number>, base = 7): Explanation {
  const names = Array.from({ length: features }, (_, feature) => `f${feature}`);
  return {
    values: {
      $: 'tensor',
      shape: [rows, features],
      data: Float64Array.from({ length: rows * features }, (_, i) => parts[i]!),
    },
    base,
    data: Table.fromColumns(Object.fromEntries(names.map((name) => [name, new Float64Array(rows)]))),
    names,
    outputs: ['y'],
    meta: { method: 'exact' },
  };
}

const anyExplanation = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 7 }))
  .chain(([rows, features]) =>
    fc
      .array(fc.integer({ min: -50, max: 50 }), { minLength: rows * features, maxLength: rows * features })
      .map((parts) => slice(explanation(rows, features, parts))),
  );
const isPermutation = (order: ArrayLike<number>, rows: number): boolean =>
  new Set(Array.from(order)).size === rows && Array.from(order).every((row) => row >= 0 && row < rows);
/** Features as a picture shows them: some alone, the rest together. */
const linesOf = (of: Slice, top: number): number[][] => {
  const { order } = importance(of);
  const rest = order.slice(top);
  return [...order.slice(0, top).map((feature) => [feature]), ...(rest.length > 0 ? [[...rest]] : [])];
};

describe('lines of a decision', () => {
  it('start at the base and end at the prediction, whatever is gathered in the rest', () => {
    const holds = (path: typeof pathOf): void =>
      fc.assert(
        fc.property(anyExplanation, fc.integer({ min: 0, max: 8 }), (of, top) => {
          const said = predictions(of);
          const levels = linesOf(of, top).toReversed();
          for (let row = 0; row < of.rows; row++) {
            const line = path(of, levels, row);
            assert.equal(line.length, levels.length + 1);
            assert.deepEqual([line[0], line.at(-1)], [of.base, said[row]]);
          }
        }),
      );
    holds(pathOf);
    // One that forgets what is gathered in the rest is noticed.
    assert.throws(() =>
      holds((of, levels, row) =>
        pathOf(
          of,
          levels.map((some) => some.slice(0, 1)),
          row,
        ),
      ),
    );
  });

  it('of many rows keeps as many as asked for, each once, with the lowest and the highest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1, maxLength: 90 }),
        fc.integer({ min: 2, max: 30 }),
        (list, most) => {
          const said = Float64Array.from(list);
          const rows = spreadOver(said, most);
          assert.equal(rows.length, Math.min(most, said.length));
          assert.equal(new Set(rows).size, rows.length);
          assert.equal(said[rows[0]!], Math.min(...list));
          assert.equal(said[rows.at(-1)!], Math.max(...list));
        },
      ),
    );
  });

  it('outliers lie beyond Tukey’s fences, the furthest first; a few rows have none', () => {
    const said = Float64Array.from([...Array.from({ length: 20 }, (_, i) => i), 100, -900, Number.NaN]);
    assert.deepEqual(outliers(said, 5), [21, 20]);
    assert.deepEqual(outliers(said, 1), [21]);
    assert.deepEqual(outliers(new Float64Array(30), 5), []);
    assert.deepEqual(outliers(Float64Array.of(0, 0, 0, 99), 5), []);
  });
});

describe('orders of rows', () => {
  it('hold each row once, by prediction from low to high, rows without one last', () => {
    fc.assert(
      fc.property(anyExplanation, (of) => {
        const said = predictions(of);
        const order = byOutput(said);
        assert.ok(isPermutation(order, of.rows));
        for (let i = 1; i < order.length; i++) assert.ok(said[order[i - 1]!]! <= said[order[i]!]!);
        assert.ok(isPermutation(bySimilarity(of, [...importance(of).order], said), of.rows));
      }),
    );
    assert.deepEqual([...byOutput(Float64Array.of(Number.NaN, 2, Number.NaN, 1))], [3, 1, 0, 2]);
  });

  it('bring together rows that are alike, however they were mixed', () => {
    const kinds = [
      [9, 0, 0],
      [0, 9, 0],
      [0, 0, 9],
      [-9, -9, 0],
    ];
    const rows = 400;
    const of = slice(explanation(rows, 3, Array.from({ length: rows }, (_, row) => kinds[(row * 7) % 4]!).flat()));
    const breaks = (order: Uint32Array): number =>
      order.subarray(1).reduce((sum, row, i) => sum + Number((row * 7) % 4 !== (order[i]! * 7) % 4), 0);
    assert.equal(breaks(bySimilarity(of, [0, 1, 2], predictions(of))), 3);
    assert.ok(breaks(Uint32Array.from({ length: rows }, (_, row) => row)) > 300, 'as they came');
  });

  it('100,000 rows and rows that are all the same come to an end', () => {
    const rows = 100_000;
    const of = slice(explanation(rows, 3, new Float64Array(rows * 3).fill(2)));
    assert.ok(isPermutation(bySimilarity(of, [0, 1, 2], predictions(of)), rows));
  });
});

describe('a heatmap', () => {
  it('loses no row and no part, however few the columns', () => {
    fc.assert(
      fc.property(anyExplanation, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 8 }), (of, most, top) => {
        const lines = linesOf(of, top);
        const said = predictions(of);
        const order = byOutput(said);
        const heat = heatOf(of, lines, order, said, most);
        assert.equal(heat.columns, Math.min(most, of.rows));
        let total = 0;
        for (let column = 0; column < heat.columns; column++) {
          const size = startOf(column + 1, heat.columns, of.rows) - startOf(column, heat.columns, of.rows);
          assert.ok(size > 0);
          lines.forEach((_, line) => (total += heat.parts[line * heat.columns + column]! * size));
          assert.ok(heat.low[column]! <= heat.mean[column]! + 1e-9 && heat.mean[column]! <= heat.high[column]! + 1e-9);
        }
        const all = said.reduce((sum, value) => sum + value - of.base, 0);
        assert.ok(Math.abs(total - all) < 1e-6, `${total} of ${all}`);
      }),
    );
  });

  it('knows in which column a row lies', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }), (rows, most) => {
        const columns = Math.min(rows, most);
        for (let place = 0; place < rows; place++) {
          const column = columnOf(place, columns, rows);
          assert.ok(startOf(column, columns, rows) <= place && place < startOf(column + 1, columns, rows));
        }
      }),
    );
  });

  it('takes parts that are no numbers, and parts that are all 0', () => {
    const of = slice(explanation(2, 2, [Number.NaN, 1, 0, 2]));
    assert.equal(heatOf(of, [[0], [1]], byOutput(predictions(of)), predictions(of), 9).limit, 2);
    const flat = slice(explanation(2, 2, [0, 0, 0, 0]));
    assert.equal(heatOf(flat, [[0], [1]], byOutput(predictions(flat)), predictions(flat), 9).limit, 1);
  });
});

describe('a comparison', () => {
  it('of an explanation with itself finds nothing apart', () => {
    fc.assert(
      fc.property(anyExplanation, (of) => {
        for (const { apart, sizes, along } of differencesOf(of, of)) {
          assert.equal(apart, 0);
          assert.equal(sizes[0], sizes[1]);
          if (along !== null) assert.ok(Math.abs(along - 1) < 1e-9);
        }
      }),
    );
  });

  it('goes by name, puts first where rows differ most though sizes agree, and says what one does not know', () => {
    const a = slice(explanation(2, 3, [1, 5, 2, -1, -5, 2]));
    const b = slice({ ...explanation(2, 3, [-5, 1, 9, 5, -1, 9]), names: ['f1', 'f0', 'new'] });
    const found = differencesOf(a, b);
    assert.deepEqual(
      found.map(({ name, apart, sizes, along }) => [name, apart, sizes, along === null ? null : Math.round(along)]),
      [
        ['f1', 10, [5, 5], -1],
        ['new', 9, [null, 9], null],
        ['f2', 2, [2, null], null],
        ['f0', 0, [1, 1], 1],
      ],
    );
    assert.throws(() => differencesOf(a, slice(explanation(1, 1, [1]))), RangeError);
  });
});

describe('a text', () => {
  const luminance = (hex: string): number =>
    [1, 3, 5]
      .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i]!, 0);
  const contrast = (a: string, b: string): number => {
    const [x, y] = [luminance(a), luminance(b)];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };

  it('can be read on every ground, light and dark (AA)', () => {
    for (const dark of [false, true]) {
      const ink = INK[dark ? 'dark' : 'light'];
      for (let part = -1; part <= 1; part += 0.05) assert.ok(contrast(tintOf(part, 0, 1, dark).ground, ink) >= 4.5);
      for (let share = 0; share <= 1; share += 0.05)
        assert.ok(
          contrast(letters(ramp(share, dark), dark), PAPER[dark ? 'dark' : 'light']) >= 4.5,
          `${share} ${dark}`,
        );
    }
    assert.ok(contrast('#3B6FB6', INK.light) < 4.5, 'the colour itself could not');
  });

  it('marks what may as well be nothing, paler than what is sure', () => {
    assert.equal(tintOf(0.4, 0.1, 1, false).unsure, false);
    assert.equal(tintOf(0.4, 0.3, 1, false).unsure, true);
    assert.equal(tintOf(-0.4, 0.3, 1, false).unsure, true);
    assert.equal(tintOf(0.4, 0, 1, false).unsure, false, 'an exact value is sure');
    assert.equal(tintOf(Number.NaN, 0, 1, false).unsure, true);
    const [sure, unsure] = [tintOf(1, 0, 1, false), tintOf(1, 0.9, 1, false)].map(({ ground }) =>
      contrast(ground, PAPER.light),
    );
    assert.ok(sure! > unsure!);
    assert.equal(tintOf(0, 0, 0, true).ground, PAPER.dark);
  });

  it('parts words, and leaves pieces with spaces of their own', () => {
    assert.equal(spaced(['Not', 'bad', ',', 'really', '.']).join(''), 'Not bad, really.');
    assert.equal(spaced(['Not ', 'bad']).join(''), 'Not bad');
    assert.deepEqual(spaced([]), []);
  });
});

describe('what would change a prediction', () => {
  const of = slice({
    ...explanation(6, 2, [-3, 1, -3, 1, 0, 1, 4, -2, 5, -2, 6, -2], 10),
    data: Table.fromColumns({ f0: Float64Array.of(1, 1, 2, 3, 3, Number.NaN), f1: ['a', 'a', 'a', 'b', 'b', 'b'] }),
  });

  it('is another row’s part in place of one’s own: exactly what an additive model would say', () => {
    fc.assert(
      fc.property(fc.nat({ max: 5 }), fc.nat({ max: 5 }), (row, other) => {
        const said = predictions(of);
        for (const { feature, groups } of movesOf(of, row, 10, [0, 1])) {
          const swapped = said[row]! - of.part(row, feature) + of.part(other, feature);
          const value = of.value(other, feature);
          const group = groups.find(({ from }) => from === value)!;
          assert.ok(group.low <= swapped && swapped <= group.high, `${feature} ${swapped}`);
          assert.equal(
            groups.reduce((sum, { rows }) => sum + rows, 0),
            6,
          );
          assert.equal(groups.filter(({ own }) => own).length, 1);
        }
      }),
    );
  });

  it('names the nearest numbers and the surest category that carry it over, and none where none does', () => {
    const [first, second] = movesOf(of, 0, 10, [0, 1]);
    assert.deepEqual([first!.crossing?.from, first!.crossing?.share, first!.crossing?.rows], [2, 1, 1]);
    assert.equal(second!.crossing, null);
    const down = movesOf(of, 4, 12, [0, 1]);
    assert.deepEqual(
      down.map(({ crossing }) => crossing?.from),
      [2, undefined],
    );
    assert.ok(movesOf(of, 0, 1000, [0, 1]).every(({ crossing }) => crossing === null));
    assert.ok(
      movesOf(of, 0, 10, [0])[0]!.groups.some(({ from }) => from === null),
      'missing values are a group',
    );
  });

  it('puts many numbers into a few ranges, equal ones together', () => {
    const rows = 500;
    const many = slice({
      ...explanation(
        rows,
        1,
        Array.from({ length: rows }, (_, row) => row),
      ),
      data: Table.fromColumns({ f0: Float64Array.from({ length: rows }, (_, row) => Math.floor(row / 3)) }),
    });
    const { groups } = movesOf(many, 7, 0, [0])[0]!;
    assert.ok(groups.length <= 9 && groups.length >= 6);
    for (let i = 1; i < groups.length; i++) assert.ok((groups[i - 1]!.to as number) < (groups[i]!.from as number));
  });
});

it('a sample of an explanation is even, and the same where there are few', () => {
  const of = slice(
    explanation(
      100,
      1,
      Array.from({ length: 100 }, (_, row) => row),
    ),
  );
  assert.equal(sampled(of, 100), of);
  const some = sampled(of, 4);
  assert.deepEqual(
    [0, 1, 2, 3].map((row) => some.part(row, 0)),
    [0, 25, 50, 75],
  );
});
