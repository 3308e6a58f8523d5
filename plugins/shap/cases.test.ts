import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import { fromBase64 } from '#common/bytes.ts';
import { tableFrom } from '#common/json/table.ts';
import { nested } from '#common/json/tensor.ts';
import { readModel } from '#common/onnx/model.ts';
import { explain, type Question } from './lib/explain.ts';

interface Case {
  readonly says: string;
  /** Relative to the largest number; 1e-12 unless given, more where the runtime evaluated in float32. */
  readonly tolerance?: number;
  /** An input of shap.explain, as `npx assay call` takes it. */
  readonly input: Omit<Question, 'model' | 'data' | 'background'> & {
    readonly model: { readonly base64: string };
    readonly data: unknown;
    readonly background?: unknown;
  };
  readonly expected: {
    readonly values: unknown;
    readonly base: number | readonly number[];
    readonly outputs?: readonly string[];
    readonly method?: string;
  };
}

describe('cases with known answers (test/cases/shap)', () => {
  for (const file of globSync('test/cases/shap/*.json').sort()) {
    const { says, tolerance = 1e-12, input, expected } = JSON.parse(readFileSync(file, 'utf8')) as Case;
    it(`${basename(file, '.json')}: ${says}`, async () => {
      const { model, data, background, ...rest } = input;
      const of = await explain(
        onnxruntime,
        {
          ...rest,
          method: rest.method ?? 'auto',
          model: readModel(fromBase64(model.base64)!),
          data: tableFrom(data, '/data'),
          ...(background === undefined ? {} : { background: tableFrom(background, '/background') }),
        },
        () => {},
      );
      const limit = tolerance * Math.max(1, largest(expected.values), largest(expected.base));
      near(nested(of.values, Number), expected.values, limit, 'values');
      near(of.base, expected.base, limit, 'base');
      assert.deepEqual(of.outputs, expected.outputs ?? of.outputs);
      assert.equal(of.meta.method, expected.method ?? of.meta.method);
    });
  }
});

const largest = (value: unknown): number =>
  Array.isArray(value)
    ? value.reduce<number>((most, item) => Math.max(most, largest(item)), 0)
    : Math.abs(Number(value));

function near(actual: unknown, expected: unknown, limit: number, where: string): void {
  if (!Array.isArray(expected))
    return assert.ok(
      Math.abs(Number(actual) - Number(expected)) <= limit,
      `${where}: ${String(actual)} is not ${String(expected)}`,
    );
  assert.ok(Array.isArray(actual) && actual.length === expected.length, where);
  expected.forEach((item, i) => near(actual[i], item, limit, `${where}/${i}`));
}
