/**
 * One change through 10, 100 and 1,000 dependent cells: a chain, where each reads the one before, and a fan, where all read the first.
 * Rival in the same run: the bare @observablehq/runtime, which Assay's is built on, computing the same sums as plain functions in a realm
 * that is not locked. Between the two lies the price of SES, versions and reports and, in the last figure, of digests and the root.
 */
import { spawnSync } from 'node:child_process';
import { pinRealm } from '#common/cells/realm.ts';
import { Runtime, type Variable } from '#common/cells/observable.ts';
import { NotebookRuntime } from '#common/cells/runtime.ts';
import { compileNotebook } from '../kernel/notebook/compile.ts';
import { measure, print } from './lib/cpu.ts';
import { median } from './lib/median.ts';

const SIZES = [10, 100, 1_000];
const SHAPES = ['chain', 'fan'] as const;
/** Cells that run in one figure. */
const CELLS = 100_000;

const HEAD = [
  'one change',
  'wall to last value',
  'bare, CPU',
  'to last value, CPU',
  'to the root, CPU',
  'last value ÷ bare',
  'root ÷ bare',
];

type Shape = (typeof SHAPES)[number];
/** The cell that cell `i` reads. */
const reads = (shape: Shape, i: number): number => (shape === 'chain' ? i - 1 : 0);
const rounds = (size: number): number => Math.max(500, CELLS / size);

/** Microseconds of wall and CPU time of one change. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** From the change until the last cell has its value. */
async function bare(shape: Shape, size: number): Promise<Cost> {
  const runtime = new Runtime();
  // oxlint-disable-next-line no-underscore-dangle -- as in Assay: without it a change waits for the next turn or frame
  runtime._computeSoon = () => Promise.resolve().then(() => runtime._computeNow());
  const module = runtime.module();
  let open = 0;
  let last = 0;
  let done = (): void => {};
  const fulfilled = (value: unknown): void => {
    last = value as number;
    if (--open === 0) done();
  };
  const cells: Variable[] = Array.from({ length: size + 1 }, () => module.variable({ fulfilled }));
  const change = (to: number): Promise<void> =>
    new Promise((resolve) => {
      [open, done] = [size + 1, resolve];
      cells[0]!.define('v0', [], () => to);
    });
  for (let i = 1; i <= size; i++) cells[i]!.define(`v${i}`, [`v${reads(shape, i)}`], (value: number) => value + 1);
  const first = change(0);
  open = size + 1;
  await first;
  const cost = await measure('bare', rounds(size), (i) => change(i));
  if (last < (shape === 'chain' ? size : 1)) throw new Error(`The last cell holds ${last}.`);
  runtime.dispose();
  return cost;
}

interface Ours {
  /** Until the last cell has its value. */
  readonly values: Cost;
  /** Until digests and root are there as well. */
  readonly root: Cost;
}

async function assay(shape: Shape, size: number): Promise<Ours> {
  const cell = (i: number): string => `const v${i} = v${reads(shape, i)} + 1`;
  const source = Array.from(
    { length: size + 1 },
    (_, i) => `\`\`\`js id=c${i}\n${i === 0 ? 'const v0 = 1' : cell(i)}\n\`\`\`\n`,
  );
  let finished = 0;
  let used: NodeJS.CpuUsage | null = null;
  const none = (): Promise<never> => Promise.reject(new Error('No cell asks for it.'));
  const runtime = new NotebookRuntime({
    call: none,
    dataset: none,
    sql: none,
    states: () => {},
    root: () => {},
    // Every cell runs before the next turn; reports, digests and the root come with it.
    later: (run) =>
      void setImmediate(() => {
        used ??= process.cpuUsage();
        run();
      }),
    clock: () => (finished = performance.now()), // read when a cell begins and when it ends
    digests: true,
  });
  const notebook = compileNotebook(source.join('\n'));
  runtime.define(notebook);
  if ((await runtime.settled()) === null || runtime.states().some(({ status }) => status !== 'done'))
    throw new Error('It did not run.');
  const values: Cost[] = [];
  const root = await measure('Assay', rounds(size), async () => {
    const [began, before] = [performance.now(), process.cpuUsage()];
    used = null;
    await runtime.run(['c0']);
    const { user, system } = used!;
    values.push({ wall: (finished - began) * 1_000, cpu: user + system - before.user - before.system });
  });
  runtime.dispose();
  return { root, values: { wall: median(values.map(({ wall }) => wall)), cpu: median(values.map(({ cpu }) => cpu)) } };
}

/** In a process of its own, as a notebook has a realm of its own: what ran in it before would tell. */
function alone<T>(who: 'bare' | 'assay', shape: Shape, size: number): T {
  const run = spawnSync(process.execPath, [import.meta.filename, who, shape, String(size)], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as T;
}

const [who, asked, count] = process.argv.slice(2);
if (who === 'bare') console.log(JSON.stringify(await bare(asked as Shape, Number(count))));
else if (who === 'assay') {
  pinRealm();
  console.log(JSON.stringify(await assay(asked as Shape, Number(count))));
} else table();

function table(): void {
  const rows: string[][] = [];
  for (const shape of SHAPES) {
    for (const size of SIZES) {
      const rival = alone<Cost>('bare', shape, size);
      const { root, values } = alone<Ours>('assay', shape, size);
      const times = [rival.cpu, values.cpu, root.cpu].map(ms);
      const ratios = [values, root].map(({ cpu }) => `${(cpu / rival.cpu).toFixed(1)}×`);
      rows.push([`${shape}, ${size.toLocaleString('en')} cells`, ms(values.wall), ...times, ...ratios]);
    }
  }
  print(HEAD, rows);
  console.log('\nMilliseconds a change.');
}

function ms(µs: number): string {
  return (µs / 1_000).toFixed(3);
}
