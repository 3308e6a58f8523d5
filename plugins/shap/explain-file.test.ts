/** Values of a file's rows: those of shap.explain, whatever the format, the blocks and the number of cores. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { tableFromIPC } from 'apache-arrow';
import { seededRandom } from '#common/cells/random.ts';
import { buildModel, FLOAT32, floatTensor, node, valueInfo } from '#common/onnx/build.ts';
import type { Tensor } from '#common/data.ts';
import { readNpy, writeNpy } from '#common/data/npy.ts';
import { openScratchHost, type ScratchHost } from '../../kernel/host/scratch.ts';
import { openArtifacts, type Artifacts } from '../../kernel/store/artifacts.ts';
import { limitValues } from './lib/answer.ts';
import { writerFor } from './lib/files/writers.ts';
import { drawTree, toOnnx } from './reference.fixture.ts';

const ROWS = 500;
const FEATURES = 5;
const random = seededRandom(11, 'file');
const NAMES = ['a', 'b', 'c', 'd', 'e'];
/** Every eleventh value is missing. */
const MATRIX = Float64Array.from({ length: ROWS * FEATURES }, (_, i) =>
  i % 11 === 5 ? NaN : Math.fround(6 * random() - 3),
);
const trees = (count: number, scores: number): Uint8Array =>
  toOnnx(
    Array.from({ length: count }, () => drawTree(random, FEATURES, scores, 5, ['LEQ'])),
    { features: FEATURES, scores, base: Array.from({ length: scores }, () => 0.25) },
  );
/** All coalitions of so many background rows: parts of few rows that cost little. */
const BACKGROUND = { rows: { file: 'background.npy' }, columns: NAMES };
const EXACT = { background: BACKGROUND, method: 'exact' };

function arrowOf(): Uint8Array {
  const writer = writerFor('arrow', ROWS, NAMES, ['y']);
  const parts = [MATRIX.slice(0, 130 * FEATURES), MATRIX.slice(130 * FEATURES)];
  return Buffer.concat([...parts.flatMap((part) => [...writer.block(part)]), ...writer.end()]);
}

const csvOf = (): Uint8Array =>
  new TextEncoder().encode(
    [
      NAMES.join(','),
      ...Array.from({ length: ROWS }, (_, row) =>
        Array.from(MATRIX.subarray(row * FEATURES, (row + 1) * FEATURES), (value) =>
          Number.isNaN(value) ? '' : String(value),
        ).join(','),
      ),
    ].join('\n'),
  );

describe('shap.explainFile', () => {
  let dir = '';
  let artifacts: Artifacts;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'assay-explain-file-'));
    artifacts = await openArtifacts(join(dir, 'artifacts'));
    const files = {
      'one.onnx': trees(3, 1),
      'three.onnx': trees(3, 3),
      'many.onnx': trees(1500, 1),
      'background.npy': writeNpy({ $: 'tensor', shape: [100, FEATURES], data: MATRIX.slice(0, 100 * FEATURES) }),
      'x.npy': writeNpy({ $: 'tensor', shape: [ROWS, FEATURES], data: MATRIX }),
      'x.arrow': arrowOf(),
      'x.csv': csvOf(),
    };
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(dir, name), bytes);
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const on = (cores: number): Promise<ScratchHost> =>
    openScratchHost({ pluginDirs: ['plugins'], projectDir: '.', artifacts, limits: { cores } });
  type Result = Record<string, unknown> & { values: string; shape: number[]; meta: Record<string, unknown> };
  const call = async (scratch: ScratchHost, method: string, input: object, more = {}): Promise<Result> =>
    (await scratch.host.call({ method: `shap.${method}`, input }, { base: [dir], ...more })).result as Result;
  const whole = (scratch: ScratchHost, model: string, more: object = EXACT): Promise<Result> =>
    call(scratch, 'explain', { model, data: { columns: NAMES, rows: { file: 'x.npy' } }, ...more });

  for (const cores of [1, 2, 3])
    it(`gives each value the bits that shap.explain gives it, on ${cores} cores`, async () => {
      const scratch = await on(cores);
      try {
        for (const model of ['three.onnx']) {
          const { values, meta, base } = (await whole(scratch, model)) as unknown as {
            values: Tensor;
            meta: object;
            base: unknown;
          };
          const digests = new Set<string>();
          for (const data of ['x.npy', 'x.arrow', 'x.csv']) {
            const of = await call(scratch, 'explainFile', { model, data, ...EXACT });
            assert.deepEqual(of.shape, values.shape);
            assert.deepEqual(readNpy(await artifacts.get(of.values)), values, data);
            assert.deepEqual(of['base'], base);
            const { features: _names, ...facts } = of.meta;
            const { features: _others, ...expected } = meta as { features: unknown };
            assert.deepEqual(facts, expected);
            digests.add(of.values);
          }
          assert.equal(digests.size, 1);
        }
      } finally {
        await scratch.host.close();
      }
    });

  it('keeps what each worker has prepared for its next parts', async () => {
    const scratch = await on(2);
    try {
      // So many times the rows are several parts for each worker.
      const many = new Float64Array(26 * MATRIX.length);
      for (let i = 0; i < 26; i++) many.set(MATRIX, i * MATRIX.length);
      const data = writeNpy({ $: 'tensor', shape: [26 * ROWS, FEATURES], data: many });
      const { values, meta } = await call(scratch, 'explainFile', { model: 'many.onnx', data });
      assert.equal(meta['algorithm'], 'tables');
      const all = readNpy(await artifacts.get(values)).data as Float64Array;
      const first = all.slice(0, MATRIX.length);
      assert.ok(first.some((value) => value !== 0));
      for (let i = 1; i < 26; i++) assert.deepEqual(all.slice(i * first.length, (i + 1) * first.length), first);
    } finally {
      await scratch.host.close();
    }
  });

  it('writes Arrow, with a column a feature and output', async () => {
    const scratch = await on(2);
    try {
      const { values } = (await whole(scratch, 'three.onnx')) as unknown as { values: Tensor };
      const of = await call(scratch, 'explainFile', { model: 'three.onnx', data: 'x.arrow', write: 'arrow', ...EXACT });
      const table = tableFromIPC(await artifacts.get(of.values));
      assert.equal(table.numRows, ROWS);
      assert.deepEqual(
        table.schema.fields.slice(0, 4).map(({ name }) => name),
        ['a: Y[0]', 'a: Y[1]', 'a: Y[2]', 'b: Y[0]'],
      );
      const second = table.getChild('b: Y[1]')!.toArray() as Float64Array;
      assert.deepEqual(
        [...second],
        Array.from({ length: ROWS }, (_, row) => values.data[(row * FEATURES + 1) * 3 + 1]),
      );
    } finally {
      await scratch.host.close();
    }
  });

  it('names the file, the model and the stream that it read; says how far it is', async () => {
    const scratch = await on(2);
    const told: [number, number][] = [];
    try {
      const of = await call(
        scratch,
        'explainFile',
        { model: 'one.onnx', data: 'x.csv' },
        {
          onProgress: (done: number, total: number) => told.push([done, total]),
        },
      );
      const [blocks, own] = scratch.drafts;
      assert.equal(blocks!.method, 'datasets.blocks');
      assert.equal(blocks!.kind, 'dataset');
      assert.equal(own!.parents.length, 1);
      assert.deepEqual(
        own!.materials.map(({ name }) => name),
        ['model', 'data'],
      );
      assert.deepEqual(own!.subject[1], { name: 'values', digest: { sha256: of.values } });
      assert.ok(told.length > 0);
      assert.ok(told.every(([done, total]) => total === ROWS && done >= 0 && done <= ROWS));
      assert.deepEqual(told.at(-1), [ROWS, ROWS]);
    } finally {
      await scratch.host.close();
    }
  });

  it('leaves no half file when it is cancelled or fails', async () => {
    const scratch = await on(2);
    const wrong = new TextEncoder().encode(`${new TextDecoder().decode(csvOf())}\n1,2,3,4,5\n1,2,three,4,5\n`);
    await writeFile(join(dir, 'wrong.csv'), wrong);
    await artifacts.put(wrong);
    const written = async (): Promise<string[]> =>
      (await readdir(artifacts.dir, { recursive: true })).filter((name) => name.length > 60).toSorted();
    const half = (): Promise<string[]> => readdir(join(artifacts.dir, 'new'));
    try {
      // The values of this write are not there yet; model and rows are.
      const input = { model: 'one.onnx', data: 'x.npy', write: 'arrow', ...EXACT };
      const before = await written();
      const stop = new AbortController();
      const onProgress = (done: number): void => void (done > 0 && stop.abort());
      await assert.rejects(call(scratch, 'explainFile', input, { signal: stop.signal, onProgress }), {
        code: 'CANCELLED',
      });
      await assert.rejects(call(scratch, 'explainFile', { model: 'one.onnx', data: 'wrong.csv' }), {
        code: 'COLUMN_UNFIT',
      });
      for (let tries = 0; (await half()).length > 0 && tries < 2000; tries++)
        await new Promise((resolve) => setTimeout(resolve, 5));
      assert.deepEqual(await half(), []);
      assert.deepEqual(await written(), before);
    } finally {
      await scratch.host.close();
    }
  });

  it('refuses what it can’t do, and shap.explain names it where it is needed', async () => {
    const scratch = await on(1);
    const features = 18;
    const ones = (count: number): Float32Array => new Float32Array(count).fill(1);
    const wide = buildModel({
      name: 'wide',
      inputs: [valueInfo('X', FLOAT32, ['rows', features])],
      outputs: [valueInfo('Y', FLOAT32, ['rows', 1])],
      initializers: [floatTensor('w', [features, 4], ones(features * 4)), floatTensor('v', [4, 1], ones(4))],
      nodes: [node('MatMul', ['X', 'w'], ['h']), node('Relu', ['h'], ['r']), node('MatMul', ['r', 'v'], ['Y'])],
    });
    const row = writeNpy({ $: 'tensor', shape: [2, features], data: new Float64Array(2 * features) });
    try {
      await assert.rejects(
        call(scratch, 'explainFile', {
          model: wide,
          data: row,
          background: [Array.from({ length: features }, () => 1)],
        }),
        { code: 'SHAP_INEXACT', message: /shap\.explain/ },
      );
      const none = writeNpy({ $: 'tensor', shape: [0, FEATURES], data: new Float64Array(0) });
      await assert.rejects(call(scratch, 'explainFile', { model: 'one.onnx', data: none }), { code: 'DATA_TOO_SMALL' });
      await assert.rejects(call(scratch, 'explainFile', { model: 'one.onnx', data: 'nowhere.npy' }), {
        code: 'NOT_FOUND',
      });
      await assert.rejects(call(scratch, 'explainFile', { model: 'one.onnx', data: row }), {
        code: 'COLUMNS_MISMATCH',
      });
      assert.throws(() => limitValues(1_000_000, 30, 4), { code: 'DATA_TOO_LARGE', message: /shap\.explainFile/ });
      limitValues(1_000_000, 30, 3);
    } finally {
      await scratch.host.close();
    }
  });
});
