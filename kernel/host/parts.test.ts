/** The host's small parts, each on its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PluginManifest } from '#common/plugin.ts';
import { methodTypes } from './method-types.ts';
import { nearest } from './nearest.ts';
import { seededRandom } from './thread/random.ts';
import { compile, misfit } from './schema.ts';
import { satisfies } from './version.ts';

test('ranges of versions', () => {
  const yes = ['*', '1.2.3', '^1.2.3', '^1.2', '^1', '~1.2.0', '>=1', '>=1.2.3 <2', '=1.2.3', '<=1.2.3'];
  const no = ['1.2.4', '^2', '^1.3', '~1.1.0', '>1.2.3', '<1.2.3', '>=1 <1.2'];
  for (const range of yes) assert.equal(satisfies('1.2.3', range), true, range);
  for (const range of no) assert.equal(satisfies('1.2.3', range), false, range);
  for (const range of ['', 'latest', '1.x', '^', '>= 1']) assert.equal(satisfies('1.2.3', range), null, range);
  assert.equal(satisfies('0.3.0', '^0.2'), false);
  assert.equal(satisfies('0.2.9', '^0.2.1'), true);
});

const draws = (seed: number, count: number): number[] => Array.from({ length: count }, seededRandom(seed));

test('the seeded generator', () => {
  const many = draws(42, 100_000);
  assert.ok(many.every((x) => x >= 0 && x < 1));
  const mean = many.reduce((sum, x) => sum + x, 0) / many.length;
  const lag = many.slice(1).reduce((sum, x, i) => sum + (x - 0.5) * (many[i]! - 0.5), 0) / many.length;
  // Standard errors: 1/sqrt(12 n) and 1/(12 sqrt(n)); five of them.
  assert.ok(Math.abs(mean - 0.5) < 5 / Math.sqrt(12 * many.length), `mean ${mean}`);
  assert.ok(Math.abs(lag) < 5 / (12 * Math.sqrt(many.length)), `lag ${lag}`);
  const firsts = [0, 1, -1, 2 ** 32, 2 ** 32 + 1, -(2 ** 53) + 1].map((seed) => draws(seed, 1)[0]);
  assert.equal(new Set(firsts).size, firsts.length);
  assert.deepEqual(draws(7, 3), draws(7, 3));
});

test('misfits are said where they are', () => {
  const validate = compile({
    type: 'object',
    properties: {
      n: { type: 'integer', minimum: 1 },
      how: { enum: ['a', 'b'] },
      list: { type: 'array', items: { type: ['string', 'null'] } },
      either: { anyOf: [{ type: 'string' }, { assay: 'table' }] },
      t: { assay: 'tensor' },
    },
    additionalProperties: false,
  });
  const cases: readonly [unknown, string, string, string][] = [
    [{ n: 0 }, '/n', 'must be >= 1', '0'],
    [{ n: 1.5 }, '/n', 'must be an integer', '1.5'],
    [{ how: 'c' }, '/how', 'must be one of "a", "b"', '"c"'],
    [{ list: ['x', 7] }, '/list/1', 'must be a string or null', '7'],
    [{ either: 7 }, '/either', 'must be a string, or must be a table', '7'],
    [
      { t: { $: 'tensor', shape: [2], data: new Float64Array(3) } },
      '/t',
      'must be a tensor',
      'an object with $, shape, data',
    ],
    [{ t: new Float64Array(3) }, '/t', 'must be a tensor', 'a Float64Array of 3'],
    [{ m: 1 }, '/m', 'is not a property that the schema knows', '1'],
  ];
  for (const [value, path, expected, got] of cases) assert.deepEqual(misfit(validate, value), { path, expected, got });
  assert.equal(misfit(validate, { n: 1, how: 'a', list: [null], either: 'x' }), null);
  assert.throws(() => compile({ type: 'object', properties: { x: { assay: 'tabel' } } }), /assay/);
});

test('types from schemas', () => {
  const manifest = {
    name: 'p',
    methods: {
      run: {
        description: 'Runs */ it.',
        input: {
          type: 'object',
          required: ['a'],
          properties: {
            a: { assay: 'table', description: 'The data.' },
            b: { type: 'number', default: 1 },
            'c-d': { enum: ['x', 7, null] },
            e: { anyOf: [{ type: 'string' }, { type: 'array', items: { $ref: '#/$defs/tree' } }] },
            f: { type: 'object', additionalProperties: { type: 'boolean' } },
            g: { type: 'array', prefixItems: [{ type: 'string' }, { assay: 'bytes' }] },
          },
          $defs: {
            tree: { type: 'object', properties: { children: { type: 'array', items: { $ref: '#/$defs/tree' } } } },
          },
        },
        output: { assay: 'tensor' },
      },
      stream: {
        description: 'Streams.',
        stream: true,
        input: { type: 'object', additionalProperties: false },
        output: { type: 'object' },
      },
    },
  } as unknown as PluginManifest;
  assert.equal(
    methodTypes(manifest),
    `// From plugin.json, by \`npx assay plugin-types p\`: change that, not this.
import type { TableData, Tensor } from '#common/data.ts';
import type { MethodContext } from '#common/plugin.ts';

export interface RunInputTree {
  readonly children?: readonly RunInputTree[];
}

export interface RunInput {
  /** The data. */
  readonly a: TableData;
  readonly b: number;
  readonly "c-d"?: "x" | 7 | null;
  readonly e?: string | readonly RunInputTree[];
  readonly f?: Readonly<Record<string, boolean>>;
  readonly g?: readonly [string, Uint8Array];
}

export type RunOutput = Tensor;

export type StreamInput = Readonly<Record<string, never>>;

export type StreamChunk = object;

export interface Methods {
  /** Runs * / it. */
  run(input: RunInput, ctx: MethodContext): RunOutput | Promise<RunOutput>;
  /** Streams. */
  stream(input: StreamInput, ctx: MethodContext): AsyncIterable<StreamChunk>;
}
`,
  );
});

test('the nearest name', () => {
  assert.equal(nearest('explian', ['explain', 'train']), 'explain');
  assert.equal(nearest('x', ['y']), null);
  assert.equal(nearest('', ['ab']), null);
});
