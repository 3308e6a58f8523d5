/** Models that XGBoost trained, rows to explain, and what XGBoost itself takes for it (xgboost_rival.py); random trees where there is no XGBoost. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recognise } from '../../kernel/common/onnx/known.ts';
import { readModel } from '../../kernel/common/onnx/model.ts';
import type { Ensemble } from '../../kernel/common/onnx/trees.ts';
import { writeModel } from '../../plugins/models/lib/write.ts';
import { onnxOfXgboost, type XgboostModel } from '../../plugins/shap/xgboost.fixture.ts';
import { forest, rowsFor } from './forests.ts';
import { pythonWith } from './python.ts';

export interface Wanted {
  readonly trees: number;
  readonly depth: number;
  readonly features: number;
  /** 0: regression; 2: binary; more: softmax. */
  readonly classes?: number;
  readonly missing?: boolean;
  /** Counts of rows to explain by covers, and interactions. */
  readonly contribs?: readonly number[];
  readonly interactions?: readonly number[];
}

interface Taken {
  readonly rows: number;
  readonly seconds: number;
}

export interface Trained {
  readonly ensemble: Ensemble;
  /** (rows × features), float32s */
  readonly x: Float64Array;
  /** XGBoost's, by count asked for; fewer rows where that many would take too long. Empty without XGBoost. */
  readonly contribs: readonly Taken[];
  readonly interactions: readonly Taken[];
  /** XGBoost's values of the first rows, in our order (rows × features × scores). */
  readonly values: Float64Array;
}

export const ROWS = 10_000;
const python = pythonWith('xgboost', 'numpy');

export const xgboostMissing: string | null =
  python === null ? 'XGBoost is missing (apt-get install python3-xgboost): the models are random trees.' : null;

export function trained(wanted: Wanted): Trained {
  const { trees, depth, features, contribs = [] } = wanted;
  if (python === null) {
    const ensemble = forest(7, trees, depth, features);
    return { ensemble, x: rowsFor(8, ROWS, features), contribs: [], interactions: [], values: new Float64Array() };
  }
  return train(python, wanted, ({ answer, model, x, valuesOf }) => {
    const known = recognise(readModel(onnxOfXgboost(model)));
    if (known.kind !== 'trees') throw new Error('The converted model is no ensemble.');
    const values = contribs.length === 0 ? new Float64Array() : valuesOf();
    return { ...answer, ensemble: known.ensemble, x, values: ordered(values, features, known.ensemble.scores) };
  });
}

/** A model as ONNX, as XGBoost saves it (null without XGBoost), and one row. */
export function savedModel(wanted: Wanted): { onnx: Uint8Array; json: string | null; row: number[] } {
  const { trees, depth, features } = wanted;
  if (python === null) {
    const names = Array.from({ length: features }, (_, j) => ({ name: `f${j}`, type: 'number' as const }));
    const ensemble = forest(7, trees, depth, features);
    const onnx = writeModel({ ensemble, features: names, target: 'y', classes: null, training: {}, version: '0' });
    return { onnx, json: null, row: [...rowsFor(8, 1, features)] };
  }
  return train(python, wanted, ({ model, text, x }) => ({
    onnx: onnxOfXgboost(model),
    json: text,
    row: [...x.subarray(0, features)],
  }));
}

interface Files {
  readonly answer: { readonly contribs: Taken[]; readonly interactions: Taken[] };
  readonly model: XgboostModel;
  readonly text: string;
  readonly x: Float64Array;
  readonly valuesOf: () => Float64Array;
}

function train<T>(command: string, wanted: Wanted, use: (files: Files) => T): T {
  const out = mkdtempSync(join(tmpdir(), 'assay-xgboost-'));
  try {
    const size = trainingOf(wanted);
    const asked = { classes: 0, missing: false, contribs: [], interactions: [], seed: 7, rows: ROWS, budget: 1 };
    const ran = spawnSync(command, [join(import.meta.dirname, 'xgboost_rival.py')], {
      input: JSON.stringify({ ...asked, ...size, ...wanted, out }),
      encoding: 'utf8',
    });
    if (ran.status !== 0) throw new Error(ran.stderr);
    const text = readFileSync(join(out, 'model.json'), 'utf8');
    return use({
      answer: JSON.parse(ran.stdout) as Files['answer'],
      model: JSON.parse(text) as XgboostModel,
      text,
      x: Float64Array.from(new Float32Array(bytesOf(join(out, 'x.f32')))),
      valuesOf: () => new Float64Array(bytesOf(join(out, 'contribs.f64'))),
    });
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** Deep trees get fewer rows and fuller leaves, as people train them: otherwise each of 100 has 7,000 nodes, and training takes longer than all the rest. */
function trainingOf({ trees, depth }: Wanted): { training: number; least: number } {
  if (depth < 10) return { training: 20_000, least: 1 };
  return trees > 100 ? { training: 5000, least: 4 } : { training: 10_000, least: depth > 10 ? 8 : 1 };
}

/** XGBoost writes (rows × scores × (features + 1)). */
function ordered(values: Float64Array, features: number, scores: number): Float64Array {
  const rows = values.length / ((features + 1) * scores);
  return Float64Array.from({ length: rows * features * scores }, (_, i) => {
    const [row, j, s] = [Math.floor(i / (features * scores)), Math.floor(i / scores) % features, i % scores];
    return values[(row * scores + s) * (features + 1) + j]!;
  });
}

function bytesOf(path: string): ArrayBuffer {
  const bytes = readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}
