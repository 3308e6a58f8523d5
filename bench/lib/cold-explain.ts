/** From nothing to the first values, in one process and without a kernel: reads the model at argv[2], explains the row in argv[3]. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tableFrom } from '../../kernel/common/json/table.ts';
import { readModel } from '../../kernel/common/onnx/model.ts';
import type { Runtime } from '../../kernel/common/onnx/session.ts';
import { explain } from '../../plugins/shap/lib/explain.ts';

const runtime = createRequire(import.meta.url)('onnxruntime-node') as Runtime;
const row = JSON.parse(process.argv[3]!) as number[];
const { values } = await explain(
  runtime,
  {
    model: readModel(new Uint8Array(readFileSync(process.argv[2]!))),
    data: tableFrom({ columns: row.map((_, j) => `f${j}`), rows: [row] }, '/data'),
    method: 'auto',
  },
  () => undefined,
);
process.stdout.write(JSON.stringify([...values.data]));
