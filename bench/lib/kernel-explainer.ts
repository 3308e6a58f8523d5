/** shap's own KernelExplainer as a rival, where SHAP_SOURCE names a checkout of its source; in Python on one core, with the network in numpy. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { OnnxModel } from '../../kernel/common/onnx/model.ts';
import { pythonWith } from './python.ts';

export interface KernelRun {
  /** Milliseconds of CPU time, all rows, model included. */
  readonly cpu: number;
  /** The same where its averages over the background are compiled, as since 2025 (#3944). */
  readonly averaging: number;
  /** Of either the network in numpy, as measured alone. */
  readonly network: number;
  /** (rows × features) */
  readonly values: Float64Array;
}

interface Task {
  readonly model: OnnxModel;
  readonly kind: string;
  /** (rows × features) */
  readonly x: Float64Array;
  readonly background: Float64Array;
  readonly features: number;
  readonly coalitions: readonly number[];
}

const source = process.env.SHAP_SOURCE;
const python = pythonWith('numpy', 'scipy', 'sklearn', 'pandas', 'tqdm', 'packaging');

export const kernelMissing: string | null =
  source === undefined || !existsSync(join(source, 'shap', 'explainers', '_kernel.py'))
    ? 'shap’s own KernelExplainer is missing: SHAP_SOURCE names no checkout of its source.'
    : python === null
      ? 'shap’s own KernelExplainer is missing: it needs python3-sklearn, python3-pandas and python3-tqdm.'
      : null;

/** @returns a run for each number of coalitions */
export function kernelExplainer({ model, kind, x, background, features, coalitions }: Task): KernelRun[] {
  const constants = new Map(model.proto.graph?.initializer?.map((tensor) => [tensor.name, tensor]));
  const layers = ['1', '2', '3'].map((layer) => {
    const weights = constants.get(`w${layer}`)!;
    return [weights.floats, weights.dims, constants.get(`b${layer}`)!.floats];
  });
  const ran = spawnSync(python!, [join(import.meta.dirname, 'kernel_rival.py')], {
    input: JSON.stringify({
      layers,
      kind,
      x: rowsOf(x, features),
      background: rowsOf(background, features),
      coalitions,
    }),
    encoding: 'utf8',
    env: { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' },
    maxBuffer: 2 ** 28,
  });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return (JSON.parse(ran.stdout) as { seconds: [number, number]; network: number; values: number[][] }[]).map(
    (run) => ({
      cpu: run.seconds[0] * 1000,
      averaging: run.seconds[1] * 1000,
      network: run.network * 1000,
      values: Float64Array.from(run.values.flat()),
    }),
  );
}

function rowsOf(x: Float64Array, features: number): number[][] {
  return Array.from({ length: x.length / features }, (_, row) => [...x.subarray(row * features, (row + 1) * features)]);
}
