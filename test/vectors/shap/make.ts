/**
 * Writes background.json beside it: interventional values of the models in ../xgboost by shap's own C++, which calculates them in float32. Each model's first
 * rows are explained against the others.
 *
 *     SHAP_SOURCE=path/to/a/checkout node test/vectors/shap/make.ts
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compileShap } from '../../../bench/lib/shap-cpp.ts';
import { recognise } from '../../../kernel/common/onnx/known.ts';
import { readModel } from '../../../kernel/common/onnx/model.ts';
import { onnxOfXgboost, type XgboostModel } from '../../../plugins/shap/xgboost.fixture.ts';

const EXPLAINED = 6;
/** More digits than float32 has. */
const rounded = (values: Float64Array): number[] => Array.from(values, (value) => Number(value.toPrecision(10)));
const shap = compileShap();
if (typeof shap === 'string') throw new Error(shap);

const cases = globSync(join(import.meta.dirname, '../xgboost/*.json'))
  .sort()
  .map((file) => {
    const { model, rows } = JSON.parse(readFileSync(file, 'utf8')) as { model: XgboostModel; rows: number[][] };
    const known = recognise(readModel(onnxOfXgboost(model)));
    if (known.kind !== 'trees') throw new Error(`${file} is no ensemble.`);
    const matrix = (of: (number | null)[][]): Float64Array => Float64Array.from(of.flat(), (value) => value ?? NaN);
    const x = matrix(rows.slice(0, EXPLAINED));
    const { values, base } = shap.explain('background', known.ensemble, x, matrix(rows.slice(EXPLAINED)), 1e9);
    return JSON.stringify({
      model: basename(file, '.json'),
      explained: EXPLAINED,
      base: rounded(base),
      values: rounded(values),
    });
  });
writeFileSync(join(import.meta.dirname, 'background.json'), `[\n${cases.join(',\n')}\n]\n`);
