import { readModel } from '../../kernel/common/onnx/model.ts';
import { scoreTrees } from '../../kernel/common/onnx/score-trees.ts';
import type { Runtime } from '../../kernel/common/onnx/session.ts';
import { Table } from '../../kernel/common/data/table.ts';
import { writeModel } from '../../plugins/models/lib/write.ts';
import { attributeTrees } from '../../plugins/shap/lib/by-trees.ts';
import { explain } from '../../plugins/shap/lib/explain.ts';
import { forest, rowsFor } from './forests.ts';
import { medianCpu } from './taken.ts';

/** A whole answer, from the file's bytes on: reading, explaining, adding up, and asking onnxruntime for every row. */
export async function answerOf(runtime: Runtime, trees: number, depth: number, count: number): Promise<string[]> {
  const features = 30;
  const ensemble = forest(7, trees, depth, features);
  const names = Array.from({ length: features }, (_, j) => `f${j}`);
  const bytes = writeModel({
    ensemble,
    features: names.map((name) => ({ name, type: 'number' })),
    target: 'y',
    classes: null,
    training: {},
    version: '0',
  });
  const x = rowsFor(8, count, features);
  const data = Table.fromColumns(
    Object.fromEntries(
      names.map((name, j) => [name, Float64Array.from({ length: count }, (_, r) => x[r * features + j]!)]),
    ),
  );
  const runs: number[] = [];
  for (let i = 0; i < 2; i++) {
    const before = process.cpuUsage();
    await explain(runtime, { model: readModel(bytes), data, method: 'auto' }, () => undefined);
    const { user, system } = process.cpuUsage(before);
    runs.push((user + system) / 1000);
  }
  const anew = medianCpu(() => {
    const unknown = { ...ensemble, trees: ensemble.trees.map((tree) => ({ ...tree })) };
    attributeTrees(unknown, x, count, null, () => undefined);
  });
  const kept = medianCpu(() => attributeTrees(ensemble, x, count, null, () => undefined), 'once before');
  const score = medianCpu(() => scoreTrees(ensemble, x, count));
  return [
    String(trees),
    String(depth),
    count.toLocaleString('en'),
    runs[0]!.toFixed(0),
    runs[1]!.toFixed(0),
    anew.toFixed(1),
    kept.toFixed(1),
    score.toFixed(1),
    `${(anew / score).toFixed(1)}×`,
    `${(kept / score).toFixed(1)}×`,
  ];
}
