/** Rows that are explained in parts, on any number of workers: the same bits. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import { seededRandom } from '#common/cells/random.ts';
import { buildModel, FLOAT32, floatTensor, node, valueInfo } from '#common/onnx/build.ts';
import { readModel } from '#common/onnx/model.ts';
import { Table } from '#common/data/table.ts';
import { digestValue } from '#common/value/value.ts';
import { openScratchHost } from '../../kernel/host/scratch.ts';
import type { Answer } from './lib/answer.ts';
import { explain, type Question } from './lib/explain.ts';
import { explainPart, type InParts, type Rows, type Shared } from './lib/in-parts.ts';
import { drawTree, toOnnx } from './reference.fixture.ts';

const random = (name: string): (() => number) => seededRandom(7, name);

function table(rows: number, features: number, name: string): Table {
  const next = random(name);
  const column = (): Float64Array => Float64Array.from({ length: rows }, () => Math.fround(2 * next() - 1));
  return Table.fromColumns(Object.fromEntries(Array.from({ length: features }, (_, j) => [`f${j}`, column()])));
}

function forest(features: number, scores: number, depth: number, count = 12): Uint8Array {
  const next = random(`forest ${features} ${scores} ${depth}`);
  const trees = Array.from({ length: count }, () => drawTree(next, features, scores, depth, ['LEQ']));
  return toOnnx(trees, { features, scores, base: Array.from({ length: scores }, () => 0.5) });
}

function network(features: number, outputs: number): Uint8Array {
  const next = random(`network ${features}`);
  const weights = (count: number): Float32Array => Float32Array.from({ length: count }, () => 2 * next() - 1);
  return buildModel({
    name: 'mlp',
    inputs: [valueInfo('X', FLOAT32, ['rows', features])],
    outputs: [valueInfo('Y', FLOAT32, ['rows', outputs])],
    initializers: [
      floatTensor('w1', [features, 8], weights(features * 8)),
      floatTensor('b1', [8], weights(8)),
      floatTensor('w2', [8, outputs], weights(8 * outputs)),
      floatTensor('b2', [outputs], weights(outputs)),
    ],
    nodes: [node('Gemm', ['X', 'w1', 'b1'], ['h']), node('Relu', ['h'], ['r']), node('Gemm', ['r', 'w2', 'b2'], ['Y'])],
  });
}

type Explain = (shared: Shared, part: Rows) => Promise<Answer>;

/** Parts cut anew, `size` rows each, taken in turn by so many workers, each with a copy of what they share. */
function elsewhere(size: number, workers: number, explainOn: Explain): InParts {
  return async function* elsewhere(shared, parts, progress) {
    const copies = Array.from({ length: workers }, () => structuredClone(shared));
    const features = shared.features.length;
    const cut: Rows[] = [];
    for await (const { x, rows, first } of parts)
      for (let at = 0; at < rows; at += size) {
        const last = Math.min(rows, at + size);
        cut.push({ x: x.slice(at * features, last * features), rows: last - at, first: first + at });
      }
    // The last first: nobody may rely on who came before.
    const answers = new Map<number, Answer>();
    for (let i = cut.length - 1; i >= 0; i--) answers.set(i, await explainOn(copies[i % workers]!, cut[i]!));
    for (let i = 0; i < cut.length; i++) {
      progress(i + 1);
      yield answers.get(i)!;
    }
  };
}

const honest: Explain = (shared, part) => explainPart(onnxruntime, part, shared, () => {});
/** Broken twins: each part is asked for as if there were no others. */
const alone: Explain = (shared, part) => honest({ ...shared, planned: part.rows }, part);

type Case = Omit<Question, 'model' | 'method'> & Partial<Question> & { readonly bytes: Uint8Array };
const CASES: Readonly<Record<string, Case>> = {
  'tables by covers': { bytes: forest(6, 1, 5), data: table(2100, 6, 'a') },
  'paths by covers': { bytes: forest(12, 1, 10, 4), data: table(90, 12, 'b') },
  quadrature: { bytes: forest(6, 2, 5), data: table(12, 6, 'c') },
  'several scores': { bytes: forest(6, 3, 5), data: table(2100, 6, 'd') },
  'pairs of rows': { bytes: forest(6, 1, 5), data: table(30, 6, 'e'), background: table(9, 6, 'f') },
  'tables against a background': { bytes: forest(6, 1, 5), data: table(300, 6, 'g'), background: table(20, 6, 'h') },
  'covers counted on a background': {
    bytes: forest(6, 1, 3, 3),
    data: table(100, 6, 'i'),
    background: table(400, 6, 'j'),
    method: 'tree-path-dependent',
  },
  'interactions by covers': { bytes: forest(5, 1, 4), data: table(90, 5, 'k'), interactions: true },
  'interactions against a background': {
    bytes: forest(5, 2, 4),
    data: table(40, 5, 'l'),
    background: table(30, 5, 'm'),
    interactions: true,
  },
  enumeration: { bytes: network(6, 2), data: table(11, 6, 'n'), background: table(8, 6, 'o') },
  'enumeration of trees': {
    bytes: forest(5, 1, 4),
    data: table(11, 5, 'p'),
    background: table(8, 5, 'q'),
    method: 'exact',
    interactions: true,
  },
  'regression, budget': {
    bytes: network(12, 2),
    data: table(9, 12, 'r'),
    background: table(6, 12, 's'),
    method: 'kernel',
    budget: 9000,
  },
  'proxy, standard error': {
    bytes: network(12, 1),
    data: table(9, 12, 'r'),
    background: table(6, 12, 's'),
    method: 'proxy',
    targetSE: 0.02,
  },
  permutations: {
    bytes: network(12, 1),
    data: table(9, 12, 'r'),
    background: table(6, 12, 's'),
    method: 'permutation',
    budget: 20_000,
  },
  groups: {
    bytes: network(7, 1),
    data: table(9, 7, 't'),
    background: table(6, 7, 'u'),
    groups: { one: ['f0', 'f1'], two: ['f2', 'f3', 'f4'] },
  },
};

describe('parts', () => {
  const ask = ({ bytes, ...question }: Case, inParts?: InParts): ReturnType<typeof explain> =>
    explain(onnxruntime, { method: 'auto', seed: 3, ...question, model: readModel(bytes) }, () => {}, inParts);
  const digest = async (of: Case, inParts?: InParts): Promise<string> => digestValue(await ask(of, inParts));

  for (const [name, of] of Object.entries(CASES))
    it(`${name}: the same bits however the rows are cut and whoever explains them`, async () => {
      const whole = await ask(of);
      assert.ok(whole.values.data.some((value) => value !== 0));
      const { rows } = of.data;
      for (const [size, workers] of [
        [Math.ceil(rows / 2), 1],
        [Math.ceil(rows / 3), 2],
        [Math.ceil(rows / 7), 3],
      ] as const)
        assert.deepEqual(await ask(of, elsewhere(size, workers, honest)), whole, `${size} rows, ${workers} workers`);
    });

  it('a twin that decides by its own rows alone gives other bits', async () => {
    const sizes = {
      'tables by covers': 13,
      'paths by covers': 13,
      'tables against a background': 1,
      'interactions by covers': 13,
    };
    for (const [name, size] of Object.entries(sizes)) {
      const of = CASES[name]!;
      assert.notEqual(await digest(of, elsewhere(size, 2, alone)), await digest(of), name);
    }
  });

  it('a twin that gives each part the whole budget spends more', async () => {
    const of = CASES['regression, budget']!;
    const greedy: Explain = (shared, part) => {
      const { wish, allowed } = shared.sample!;
      return honest({ ...shared, sample: { wish, allowed: { ...allowed, coalitions: allowed.coalitions * 3 } } }, part);
    };
    const { meta } = await ask(of, elsewhere(3, 2, greedy));
    assert.ok(meta.evaluations > of.budget!);
    assert.ok((await ask(of, elsewhere(3, 2, honest))).meta.evaluations <= of.budget!);
  });

  it('parts ask one session, however many they are', async () => {
    let opened = 0;
    const counting = {
      ...onnxruntime,
      InferenceSession: {
        create: (...args: Parameters<typeof onnxruntime.InferenceSession.create>) => {
          opened++;
          return onnxruntime.InferenceSession.create(...args);
        },
      },
    };
    const explainOn: Explain = (shared, part) => explainPart(counting as never, part, shared, () => {});
    await ask(CASES['tables by covers']!, elsewhere(300, 1, explainOn));
    assert.equal(opened, 1);
  });

  it('an error names the row as the caller counts', async () => {
    const of = { bytes: forest(4, 1, 3), data: table(10, 4, 'v') };
    const wrong: Explain = async (shared, part) => {
      if (part.first !== 4) return honest(shared, part);
      // A part whose rows are not those that its outputs belong to.
      const { checkAdditivity } = await import('./lib/check.ts');
      checkAdditivity(new Float64Array(8), Float64Array.of(0), Float64Array.of(0, 1), 4, part.first);
      throw new Error('not noticed');
    };
    await assert.rejects(ask(of, elsewhere(2, 1, wrong)), {
      code: 'ADDITIVITY_VIOLATED',
      where: '/data/rows/5',
    });
  });
});

describe('workers', () => {
  it('1, 2 and 3 cores give the same digest, through the kernel', async () => {
    const data = table(24, 10, 'w');
    const background = table(64, 10, 'x');
    const seen = new Set<string>();
    for (const cores of [1, 2, 3]) {
      const { host, drafts } = await openScratchHost({ pluginDirs: ['plugins'], projectDir: '.', limits: { cores } });
      const bytes = network(10, 2);
      const told: number[] = [];
      const call = (method: string, more: object, onProgress?: (done: number, total: number) => void) =>
        host.call(
          { method, input: { model: bytes, data, background, ...more }, seed: 5 },
          onProgress === undefined ? {} : { onProgress },
        );
      try {
        const exact = await call('shap.explain', {}, (done, total) => {
          assert.equal(total, 6, 'there are parts');
          told.push(done / total);
        });
        const sampled = await call('shap.explain', { method: 'kernel', budget: 200_000 });
        const pairs = await call('shap.interactions', {});
        seen.add([exact, sampled, pairs].map(({ result }) => digestValue(result)).join(' '));
        assert.equal(drafts.length, 3, 'parts leave no receipts');
        assert.deepEqual(
          told,
          told.toSorted((a, b) => a - b),
        );
        assert.equal(told.at(-1), 1);
      } finally {
        await host.close();
      }
    }
    assert.equal(seen.size, 1);
  });
});
