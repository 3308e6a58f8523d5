import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import * as onnxruntime from 'onnxruntime-node';
import { fromBase64 } from '#common/bytes.ts';
import { tableFrom } from '#common/json-table.ts';
import { nested } from '#common/json-tensor.ts';
import { readModel } from '#common/onnx/model.ts';
import { explain, type Question } from './lib/explain.ts';

interface Case {
  readonly says: string;
  /** An input of shap.explain, as `npx assay call` takes it. */
  readonly input: Omit<Question, 'model' | 'data' | 'background'> & {
    readonly model: { readonly base64: string };
    readonly data: unknown;
    readonly background?: unknown;
  };
  readonly expected: {
    readonly values: unknown;
    readonly base: number | readonly number[];
    readonly outputs: readonly string[];
  };
}

describe('cases with known answers (test/cases/shap)', () => {
  for (const file of globSync('test/cases/shap/*.json').sort()) {
    const { says, input, expected } = JSON.parse(readFileSync(file, 'utf8')) as Case;
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
      near(nested(of.values, Number), expected.values, 'values');
      near(of.base, expected.base, 'base');
      assert.deepEqual(of.outputs, expected.outputs);
    });
  }
});

function near(actual: unknown, expected: unknown, where: string): void {
  if (!Array.isArray(expected))
    return assert.ok(
      Math.abs(Number(actual) - Number(expected)) < 1e-12,
      `${where}: ${String(actual)} is not ${String(expected)}`,
    );
  assert.equal((actual as readonly unknown[]).length, expected.length, where);
  expected.forEach((item, i) => near((actual as readonly unknown[])[i], item, `${where}/${i}`));
}
