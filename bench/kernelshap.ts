/**
 * How far off are estimates of SHAP values at the same number of model evaluations, and what CPU time do they take?
 *
 * Rivals: **shap's own KernelExplainer**, `l1_reg=False`, of the checkout that SHAP_SOURCE names, which is not part of this repository: its Python, with the
 * network in numpy, in float32, one thread (lib/kernel_rival.py): as it is, and averaging over the background in compiled code, as shap does since 2025 (#3944). The
 * figures in results/ are of its commit 004ad0d, of 2023, which does not. And KernelExplainer and PermutationExplainer **written anew** in TypeScript
 * (lib/classic-kernelshap.ts), with the same onnxruntime and the same batches as ours: of what Python costs nothing shows there. Networks are random: two hidden layers
 * of 32, ReLU or tanh, one output, and a logistic one; 20 background rows. Error is the mean squared error of a value over ten rows, divided by the mean square of the true
 * values; those are enumerated for 12 features, and for 30 the mean of 4,000 antithetic permutations a row. `as said` is the error that our standard errors
 * promise. `÷ kernel` is KernelExplainer averaging so, or where it is missing the one written anew, over the one in the row. CPU time is that of a whole answer, model included.
 */
import { createRequire } from 'node:module';
import { seededRandom } from '../kernel/common/cells/random.ts';
import { inputMatrix, feedsOf, featuresFor } from '../kernel/common/onnx/features.ts';
import { type OnnxModel, readModel } from '../kernel/common/onnx/model.ts';
import { openSession, type Runtime } from '../kernel/common/onnx/session.ts';
import { Table } from '../kernel/common/data/table.ts';
import { explain } from '../plugins/shap/lib/explain.ts';
import { type Field, gameOf } from '../plugins/shap/lib/sampling/game.ts';
import { type Asked, classicKernel, classicPermutation } from './lib/classic-kernelshap.ts';
import { print } from './lib/cpu.ts';
import { kernelExplainer, kernelMissing } from './lib/kernel-explainer.ts';
import { network } from './lib/networks.ts';

const runtime = createRequire(import.meta.url)('onnxruntime-node') as Runtime;
const ROWS = 10;
const BACKGROUND = 20;

interface Result {
  readonly values: Float64Array;
  readonly cpu: number;
  /** What we say the values may be off. */
  readonly errors?: Float64Array;
}

const COALITIONS = [512, 2048];
/** What share of KernelExplainer's time the network in numpy took, run by run. */
const shares: number[] = [];
if (kernelMissing !== null) console.log(`${kernelMissing}\n`);

const rows: string[][] = [];
for (const features of [12, 30])
  for (const kind of ['ReLU', 'tanh', 'logistic'] as const) await compare(features, kind);
print(
  ['network', 'features', 'coalitions a row', 'by', 'error', 'as said', '÷ kernel', 'ms CPU a row', '÷ kernel'],
  rows,
);
if (shares.length > 0)
  console.log(
    `\nOf the time of shap’s KernelExplainer, averages compiled, the network in numpy took ${percent(Math.min(...shares))} to ${percent(Math.max(...shares))}.`,
  );

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

async function compare(features: number, kind: 'ReLU' | 'tanh' | 'logistic'): Promise<void> {
  const random = seededRandom(features, kind);
  const model = readModel(network(features, 32, kind, random));
  const data = table(ROWS, features, random);
  const background = table(BACKGROUND, features, random);
  const field = await fieldOf(model, background, features);
  const x = inputMatrix(model, data, featuresFor(model, [data], features));
  const ours = async (method: 'exact' | 'kernel' | 'proxy' | 'permutation', coalitions: number): Promise<Result> => {
    const budget = 1 + BACKGROUND + ROWS + ROWS * BACKGROUND * coalitions;
    const start = process.cpuUsage();
    const { values, standardErrors } = await explain(
      runtime,
      { model, data, background, method, ...(method === 'exact' ? {} : { budget, seed: 1 }) },
      () => undefined,
    );
    return { values: values.data, cpu: since(start), ...(standardErrors && { errors: standardErrors.data }) };
  };
  const classic = async (by: typeof classicKernel, coalitions: number): Promise<Result> => {
    const start = process.cpuUsage();
    const values = new Float64Array(ROWS * features);
    for (let row = 0; row < ROWS; row++)
      values.set(
        await by(await asked(field, x.subarray(row * features, (row + 1) * features)), coalitions, random),
        row * features,
      );
    return { values, cpu: since(start) };
  };
  const truth = await (features === 12 ? ours('exact', 0) : ours('permutation', 4000 * 2 * (features - 1)));
  const own =
    kernelMissing === null
      ? kernelExplainer({ model, kind, x, background: field.background, features, coalitions: COALITIONS })
      : [];
  shares.push(...own.map(({ averaging, network }) => network / averaging));
  for (const [at, coalitions] of COALITIONS.entries()) {
    const anew = await classic(classicKernel, coalitions);
    const shap = own[at];
    const rival = shap === undefined ? anew : { ...shap, cpu: shap.averaging };
    const results: [string, Result][] = [
      ...(shap === undefined
        ? []
        : ([
            ['shap’s KernelExplainer', shap],
            ['…, averages compiled', rival],
          ] as [string, Result][])),
      ['shap’s kernel, written anew', anew],
      ['shap’s permutation, written anew', await classic(classicPermutation, coalitions)],
      ['kernel', await ours('kernel', coalitions)],
      ['proxy', await ours('proxy', coalitions)],
    ];
    const reference = errorOf(rival.values, truth.values);
    for (const [by, { values, cpu, errors }] of results) {
      const error = errorOf(values, truth.values);
      rows.push([
        kind,
        String(features),
        coalitions.toLocaleString('en'),
        by,
        error.toExponential(1),
        errors === undefined ? '' : said(errors, truth.values).toExponential(1),
        `${(reference / error).toPrecision(2)}×`,
        (cpu / ROWS).toPrecision(3),
        `${(rival.cpu / cpu).toPrecision(2)}×`,
      ]);
    }
  }
  await field.close();
}

function since(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function errorOf(values: Float64Array, truth: Float64Array): number {
  let [off, size] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    off += (values[i]! - truth[i]!) ** 2;
    size += truth[i]! ** 2;
  }
  return off / size;
}

/** The error that standard errors promise. */
function said(errors: Float64Array, truth: Float64Array): number {
  return errors.reduce((sum, error) => sum + error * error, 0) / truth.reduce((sum, value) => sum + value * value, 0);
}

function table(count: number, features: number, random: () => number): Table {
  const column = (): Float64Array =>
    Float64Array.from({ length: count }, () => Math.fround(2 * (random() + random() + random()) - 3));
  return Table.fromColumns(Object.fromEntries(Array.from({ length: features }, (_, j) => [`x${j}`, column()])));
}

async function fieldOf(model: OnnxModel, table: Table, features: number): Promise<Field & { close(): Promise<void> }> {
  const described = featuresFor(model, [table], features);
  const session = await openSession(runtime, model);
  return {
    background: inputMatrix(model, table, described),
    backgroundRows: BACKGROUND,
    outputs: 1,
    async evaluate(x, count) {
      const { data } = await session.run(feedsOf(model, described, x, count), count, 'Y');
      return data as Float64Array;
    },
    close: () => session.close(),
  };
}

/** One row as the rival asks for it. */
async function asked(field: Field, row: Float64Array): Promise<Asked> {
  const players = Array.from(row, (_, j) => j);
  const { worth } = gameOf(field, row, players, () => undefined);
  const [empty, full] = await worth(
    Uint8Array.from({ length: 2 * row.length }, (_, i) => (i < row.length ? 0 : 1)),
    2,
  );
  return { players: row.length, empty: empty!, full: full!, worth };
}
