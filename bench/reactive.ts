/**
 * One change through 10, 100 and 1,000 dependent cells: a chain, where each reads the one before, and a fan, where all read the first.
 * Rival in the same run: the bare @observablehq/runtime, which Assay's is built on, computing the same sums as plain functions before the
 * realm is locked. What is between the two is the price of SES, versions, reports, and, in the last figure, of digests and the root.
 */
import { pinRealm } from '#common/cells/realm.ts';
import { Runtime, type Variable } from '#common/cells/observable.ts';
import { NotebookRuntime } from '#common/cells/runtime.ts';
import { compileNotebook } from '../kernel/notebook/compile.ts';
import { measure, print } from './lib/cpu.ts';

const SIZES = [10, 100, 1_000];
const SHAPES = ['chain', 'fan'] as const;
/** Cells that run in one figure. */
const CELLS = 100_000;

type Shape = (typeof SHAPES)[number];
/** The cell that cell `i` reads. */
const reads = (shape: Shape, i: number): number => (shape === 'chain' ? i - 1 : 0);
const rounds = (size: number): number => Math.max(100, CELLS / size);
const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

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
  readonly root: Cost;
  /** Microseconds until the last cell has its value; the digests come after. */
  readonly values: number;
}

async function assay(shape: Shape, size: number): Promise<Ours> {
  const cell = (i: number): string => `const v${i} = v${reads(shape, i)} + 1`;
  const source = Array.from(
    { length: size + 1 },
    (_, i) => `\`\`\`js id=c${i}\n${i === 0 ? 'const v0 = 1' : cell(i)}\n\`\`\`\n`,
  );
  let finished = 0;
  const none = (): Promise<never> => Promise.reject(new Error('No cell asks for it.'));
  const runtime = new NotebookRuntime({
    call: none,
    dataset: none,
    sql: none,
    states: () => {},
    root: () => {},
    later: (run) => void setImmediate(run),
    clock: () => (finished = performance.now()), // read when a cell begins and when it ends
  });
  const notebook = compileNotebook(source.join('\n'));
  runtime.define(notebook);
  if ((await runtime.settled()) === null || runtime.states().some(({ status }) => status !== 'done'))
    throw new Error('It did not run.');
  const values: number[] = [];
  const root = await measure('Assay', rounds(size), async () => {
    const began = performance.now();
    await runtime.run(['c0']);
    values.push((finished - began) * 1_000);
  });
  runtime.dispose();
  return { root, values: values.toSorted((a, b) => a - b)[values.length >> 1]! };
}

const rivals = new Map<string, Cost>();
for (const shape of SHAPES) for (const size of SIZES) rivals.set(`${shape} ${size}`, await bare(shape, size));
pinRealm();
await nextTurn();
const rows: string[][] = [];
for (const shape of SHAPES) {
  for (const size of SIZES) {
    const rival = rivals.get(`${shape} ${size}`)!;
    const { root, values } = await assay(shape, size);
    const µs = [values, rival.wall, root.wall, root.cpu, rival.cpu].map((time) => (time / 1_000).toFixed(3));
    rows.push([`${shape}, ${size.toLocaleString('en')} cells`, ...µs, `${(root.cpu / rival.cpu).toFixed(1)}×`]);
  }
}
print(
  [
    'one change',
    'to the last value, ms',
    'bare runtime, ms',
    'to the root, ms',
    'CPU ms',
    'bare, CPU ms',
    'CPU ÷ bare',
  ],
  rows,
);
