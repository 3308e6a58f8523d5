import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { CellState, CompiledNotebook } from '#common/notebook.ts';
import { checkStates, isHeight, isRoot } from './frame-reports.ts';

const DIGEST = 'ab'.repeat(32);
const base = { inputs: [], outputs: [], body: '', lines: [], digest: DIGEST };
const notebook: CompiledNotebook = {
  digest: DIGEST,
  title: '',
  uses: [],
  datasets: [],
  seed: 0,
  cells: [
    { ...base, id: 'a', kind: 'value' },
    { ...base, id: 'text-1', kind: 'text' },
  ],
};

const HONEST: readonly CellState[] = [
  { id: 'a', version: 0, status: 'idle' },
  { id: 'text-1', version: 3, status: 'running' },
  {
    id: 'a',
    version: 4,
    status: 'done',
    ms: 0.25,
    digest: DIGEST,
    outputs: [
      { name: 'x', digest: DIGEST, type: 'number', preview: '1' },
      { name: 'y', type: 'string', preview: '"z"' },
    ],
    receipts: [DIGEST],
  },
  {
    id: 'a',
    version: 5,
    status: 'failed',
    error: { code: 'CELL_FAILED', message: 'Error: no', hint: 'Look.', where: 'line 3', line: 3, column: 1 },
  },
];

const [idle] = HONEST;
const done = HONEST[2]!;
/** Each is no state of a cell of this notebook. */
const FORGED: readonly unknown[] = [
  null, 1, 'a', [], {}, [idle], new Map([['id', 'a']]),
  { ...idle, id: 'b' }, { ...idle, id: 1 }, { ...idle, id: ['a'] }, { ...idle, id: '__proto__' },
  { ...idle, version: NaN }, { ...idle, version: Infinity }, { ...idle, version: -1 }, { ...idle, version: 0.5 }, { ...idle, version: '1' },
  { ...idle, status: 'sealed' }, { ...idle, status: { toString: () => 'done' } },
  { ...done, ms: Infinity }, { ...done, ms: -1 }, { ...done, ms: '1' },
  { ...done, digest: 'AB'.repeat(32) }, { ...done, digest: 'ab' }, { ...done, digest: null },
  { ...done, outputs: 'xy' }, { ...done, outputs: [null] }, { ...done, outputs: { length: 1 } },
  { ...done, outputs: [{ ...done.outputs![0], digest: '' }] }, { ...done, outputs: [{ ...done.outputs![0], name: 'x'.repeat(1e6) }] },
  { ...done, outputs: [{ ...done.outputs![0], type: 1 }] }, { ...done, outputs: Array.from({ length: 1e5 }, () => done.outputs![0]) },
  { ...done, receipts: ['<b>'] }, { ...done, receipts: DIGEST },
  { ...done, error: 'no' }, { ...done, error: { code: 1, message: 'no' } }, { ...done, error: { code: 'CELL_FAILED' } },
  { ...done, progress: { done: NaN, total: 1 } }, { ...done, progress: 1 },
]; // prettier-ignore

describe('what the frame says of its cells', () => {
  it('arrives as it was said', () => {
    assert.deepEqual(checkStates(HONEST, notebook), HONEST);
    assert.equal(isRoot(DIGEST) && isRoot(null), true);
    assert.equal(isHeight('a', 0, notebook) && isHeight('text-1', 12.5, notebook), true);
  });

  it('is ignored where it is forged, and the rest is heard', () => {
    for (const [i, forged] of FORGED.entries())
      assert.deepEqual(checkStates([forged, idle], notebook), [idle], `forged ${i}`);
    for (const list of [null, 1, 'a', {}, { length: 1, 0: idle }]) assert.deepEqual(checkStates(list, notebook), []);
    assert.deepEqual(checkStates([idle], null), [], 'no notebook, no cells');
  });

  it('is cut where it is long, and carries nothing else', () => {
    const error = { code: 'NO_SUCH', message: 'x'.repeat(1e6), hint: 'y'.repeat(1e6), html: '<b>', line: 'three' };
    const [state] = checkStates([{ ...idle, status: 'failed', error, more: 'z'.repeat(1e6) }], notebook);
    assert(JSON.stringify(state).length < 25_000);
    assert.equal(state!.error!.code, 'INTERNAL');
    assert.deepEqual(Object.keys(state!), ['id', 'version', 'status', 'error']);
    assert.equal(state!.error!.line, undefined);
  });

  it('heights and roots have one form', () => {
    for (const px of [NaN, Infinity, -1, 1e9, '1', null, [1]]) assert.equal(isHeight('a', px, notebook), false);
    for (const id of ['b', '', null, ['a']]) assert.equal(isHeight(id, 1, notebook), false);
    for (const root of [undefined, '', 'ab', 1, {}, DIGEST.toUpperCase(), `${DIGEST}\n`, [DIGEST]])
      assert.equal(isRoot(root), false);
  });

  it('whatever comes, what passes is of this notebook and small', () => {
    const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withMap: true });
    const near = fc.record(
      { id: fc.constant('a'), version: anything, status: anything, error: anything, outputs: anything },
      { requiredKeys: ['id'] },
    );
    fc.assert(
      fc.property(fc.oneof(anything, fc.array(fc.oneof(near, anything))), (reports) => {
        for (const { id, version } of checkStates(reports, notebook))
          assert(id === 'a' && Number.isSafeInteger(version));
      }),
    );
  });
});
