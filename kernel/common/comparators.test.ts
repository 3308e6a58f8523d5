import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comparatorFault, mergeComparators, parsePlace, readCompare } from './comparators.ts';
import { parseDocument } from '#common/document/document.ts';
import { AssayError } from './errors.ts';
import type { Comparator } from '#common/receipt/types.ts';

describe('parsePlace', () => {
  const places: Record<string, unknown> = {
    '*': [null],
    fit: ['fit'],
    'my-cell': ['my-cell'],
    'fit.importance.per hour': ['fit', 'importance', 'per hour'],
    'rows[*].x[3]': ['rows', null, 'x', '3'],
    'v["a.b"]["*"].*': ['v', 'a.b', '*', null],
    größe: ['größe'],
    '': null,
    '.x': null,
    'fit.': null,
    'fit..x': null,
    'fit[': null,
    'fit[x]': null,
    'fit["x]': null,
    'fit["\\q"]': null,
    'fit x': null,
    'fit.a*': null,
  };
  for (const [text, steps] of Object.entries(places))
    it(`${text || 'nothing'} → ${JSON.stringify(steps)}`, () => assert.deepEqual(parsePlace(text), steps));
});

describe('compare: in the front matter', () => {
  const front = (compare: string): readonly Comparator[] =>
    parseDocument(`---\ntitle: T\ncompare:\n${compare}\n---\n`).compare;

  it('reads every form', () => {
    const text = `  "*": exact
  fit: { relative: 1e-9, absolute: 0.5 }
  fit.age: { ulps: 4 }
  auc: { between: [-0, 0.9] }
  took: { ignore: it is a time }`;
    assert.deepEqual(front(text), [
      { of: '*', how: 'exact' },
      { of: 'fit', how: 'numeric', relative: 1e-9, absolute: 0.5 },
      { of: 'fit.age', how: 'numeric', ulps: 4 },
      { of: 'auc', how: 'metric', min: 0, max: 0.9 },
      { of: 'took', how: 'ignored', reason: 'it is a time' },
    ]);
    assert.deepEqual(parseDocument('---\ntitle: T\n---\n').compare, []);
  });

  const refused: Record<string, string> = {
    'a word that is none': '  fit: nearly',
    'a number alone': '  fit: 0.1',
    'no tolerance': '  fit: {}',
    'a tolerance below 0': '  fit: { relative: -1 }',
    'a tolerance that is text': '  fit: { relative: small }',
    'a tolerance without end': '  fit: { relative: .inf }',
    'a tolerance that is no number': '  fit: { absolute: .nan }',
    'half a step': '  fit: { ulps: 0.5 }',
    'no reason': '  fit: { ignore: "" }',
    'ignored, and a tolerance': '  fit: { ignore: why, relative: 1 }',
    'an interval that ends before it begins': '  fit: { between: [1, 0] }',
    'half an interval': '  fit: { between: [1] }',
    'an unknown key': '  fit: { relative: 1, percent: 2 }',
    'a place that is none': '  "fit..x": exact',
    'a list': '  - fit',
    'one place twice': '  fit: exact\n  fit: { relative: 1 }',
  };
  for (const [what, text] of Object.entries(refused))
    it(`refuses ${what}, with its line`, () =>
      assert.throws(
        () => front(text),
        (error) =>
          error instanceof AssayError &&
          error.code === 'NOTEBOOK_INVALID' &&
          (error.details as { line: number }).line >= 3,
      ));
});

describe('comparators', () => {
  it('says what is not said: exactly', () => {
    const fit: Comparator = { of: 'fit', how: 'numeric', relative: 1 };
    assert.deepEqual(mergeComparators([], []), [{ of: '*', how: 'exact' }]);
    assert.deepEqual(mergeComparators([fit], [{ ...fit, relative: 2 }]), [
      { of: '*', how: 'exact' },
      { ...fit, relative: 2 },
    ]);
    assert.deepEqual(mergeComparators([{ of: '*', how: 'numeric' }], []), [{ of: '*', how: 'numeric' }]);
  });

  it('are closed', () => {
    assert.equal(comparatorFault({ of: 'a', how: 'exact' }), null);
    for (const more of [{ how: 'toString' }, { how: 'exact', min: 1 }, { how: 'metric', min: 1 }, { how: 'ignored' }])
      assert.notEqual(comparatorFault({ of: 'a', ...more }), null, JSON.stringify(more));
    assert.equal(typeof readCompare(null), 'string');
  });
});
