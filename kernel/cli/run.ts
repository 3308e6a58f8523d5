import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { comparatorFault } from '../common/comparators.ts';
import { AssayError } from '../common/errors.ts';
import type { CellState, CompiledNotebook } from '../common/notebook.ts';
import type { Comparator } from '../common/receipt/receipt.ts';
import { writeWhole, codeOf } from '../store/files.ts';
import { warmUp } from '../notebook/headless.ts';
import { cellTable, rootLines, runJson, type Ran } from './run-print.ts';
import { openRunner, type Runner } from './runner.ts';
import { duration, paint } from './terminal.ts';

export const usage = `
assay run NOTEBOOK [options]     run a notebook here, without a browser

  NOTEBOOK is a file, or the name of one in notebooks/. Every value and SQL cell runs; cells marked \`view\` draw, so they
  need a page. Exit code 0 when every cell is done, 1 when one failed.

  --seal             seal the run: the kernel runs it again with a receipt for each step
  --out FILE         write the bundle here; <notebook>.zip unless given
  --tolerance T      NAME=1e-9: a re-run may differ by this much, relatively, in cell or output NAME (* for all, fit.age for
                     a column or key); may be repeated; counts before what the notebook says under \`compare\`
  --json             print the result as JSON
  --timeout SECONDS  give up after this long; 600 unless given
  --home DIR         data directory; ASSAY_HOME or ./.assay unless given
`;

interface Options {
  readonly notebook: { readonly name: string; readonly file: string; readonly text: string };
  readonly home: string;
  readonly json: boolean;
  readonly seal: boolean;
  readonly out: string;
  readonly comparators: readonly Comparator[];
  readonly timeoutMs: number;
}

/** @throws USAGE, NOT_FOUND, NOTEBOOK_INVALID, CELL_FAILED (sealing only), TIMEOUT, CANCELLED */
export async function run(argv: string[]): Promise<number> {
  const options = await read(argv);
  // The worker loads while the compiler does.
  warmUp();
  const { compileNotebook } = await import('../notebook/compile.ts');
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const compiled = compileNotebook(options.notebook.text);
  const runner = openRunner({ projectDir: process.cwd(), home: options.home, signal: stop.signal });
  try {
    return options.seal ? await sealed(runner, compiled, options) : await plain(runner, compiled, options);
  } finally {
    await runner.close();
  }
}

async function plain(runner: Runner, compiled: CompiledNotebook, options: Options): Promise<number> {
  const began = performance.now();
  const progress = follow(compiled, options);
  const result = await runner
    .run(compiled, { timeoutMs: options.timeoutMs, onStates: progress.states })
    .finally(progress.end);
  const ran: Ran = {
    ...options.notebook,
    compiled,
    cells: result.cells,
    root: result.root,
    ms: performance.now() - began,
  };
  const failed = result.cells.some((cell) => cell.error !== undefined);
  if (options.json) console.log(JSON.stringify(runJson(ran)));
  else for (const line of [...cellTable(ran), '', ...rootLines(ran)]) console.log(line);
  return failed ? 1 : 0;
}

async function sealed(runner: Runner, compiled: CompiledNotebook, options: Options): Promise<number> {
  const { notebook, comparators, timeoutMs, out } = options;
  const began = performance.now();
  const progress = follow(compiled, options);
  const seal = await runner.seal({ notebook, comparators, timeoutMs, onStates: progress.states }).finally(progress.end);
  await writeWhole(out, seal.bytes);
  const ran: Ran = { ...notebook, compiled, cells: progress.last(), root: seal.root, ms: performance.now() - began };
  if (options.json) {
    console.log(
      JSON.stringify({
        ...runJson(ran),
        seal: {
          receipt: seal.receipt,
          bundle: seal.bundle,
          file: out,
          bytes: seal.bytes.length,
          witnesses: seal.witnesses,
          stamped: seal.stamped,
          unstamped: seal.unstamped,
        },
      }),
    );
    return 0;
  }
  const size = `${(seal.bytes.length / 1000).toFixed(0)} kB`;
  for (const line of [...cellTable(ran), '', ...rootLines(ran), '']) console.log(line);
  console.log(`${paint('yellow', 'Sealed')} as ${out} (${size}), receipt ${seal.receipt.slice(0, 16)}….`);
  if (seal.witnesses !== null) {
    const { signed, of, reached } = seal.witnesses;
    const told = `${signed} of ${of} witnesses cosigned its checkpoint`;
    console.log(
      reached ? told : paint('yellow', `! Only ${told} in time: a policy that asks for more will refuse it.`),
    );
  }
  if (seal.unstamped !== null)
    console.log(
      paint('yellow', `! It carries no time stamp, so a policy that asks for one will refuse it. ${seal.unstamped}`),
    );
  console.log(paint('dim', `Anyone can check it: npx assay verify ${shellWord(out)}`));
  return 0;
}

/** A path that can be copied into a shell. */
function shellWord(path: string): string {
  return /^[\p{L}\p{N}._/:\\-]+$/u.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

/** Remembers the newest state of each cell and, on a terminal, shows what is running. */
function follow(
  compiled: CompiledNotebook,
  { json }: Options,
): { states(states: readonly CellState[]): void; last(): CellState[]; end(): void } {
  const newest = new Map<string, CellState>();
  const [running, done] = [new Set<string>(), new Set<string>()];
  const live = process.stderr.isTTY && !json;
  const began = performance.now();
  const clear = (): void => void (live && process.stderr.write('\r\u001b[2K'));
  return {
    states(states) {
      for (const state of states) {
        newest.set(state.id, state);
        if (state.status === 'running') running.add(state.id);
        else running.delete(state.id);
        if (state.status === 'done') done.add(state.id);
        else done.delete(state.id);
      }
      if (!live) return;
      const names = [...running].slice(0, 3).join(', ');
      const took = duration(performance.now() - began);
      clear();
      process.stderr.write(paint('dim', `${done.size}/${compiled.cells.length}  ${names}  ${took}`, process.stderr));
    },
    last: () => [...newest.values()],
    end: clear,
  };
}

async function read(argv: string[]): Promise<Options> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      seal: { type: 'boolean', default: false },
      out: { type: 'string' },
      tolerance: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      timeout: { type: 'string', default: '600' },
      home: { type: 'string' },
    },
  });
  const [named, ...more] = positionals;
  if (named === undefined || more.length > 0) throw new AssayError('USAGE', 'Name one notebook: assay run wages');
  const seconds = Number(values.timeout);
  if (!(seconds > 0)) throw new AssayError('USAGE', `--timeout takes seconds; “${values.timeout}” is none.`);
  if (!values.seal && values.out !== undefined)
    throw new AssayError('USAGE', '--out is where the bundle goes: it needs --seal.');
  const notebook = await find(named);
  return {
    notebook,
    home: resolve(values.home ?? (process.env['ASSAY_HOME'] || join(process.cwd(), '.assay'))),
    json: values.json,
    seal: values.seal,
    out: values.out ?? `${notebook.name}.zip`,
    comparators: values.tolerance.map(comparator),
    timeoutMs: seconds * 1000,
  };
}

function comparator(text: string): Comparator {
  const [, of = '', size] = /^(.+)=([^=]+)$/.exec(text) ?? [];
  const rule: Comparator = { of, how: 'numeric', relative: Number(size) };
  if (comparatorFault(rule) !== null) throw new AssayError('USAGE', `--tolerance takes NAME=1e-9; “${text}” is none.`);
  return rule;
}

/** A path, or a name in notebooks/. */
async function find(named: string): Promise<Options['notebook']> {
  const tries = named.endsWith('.md')
    ? [named, join('notebooks', named)]
    : [join('notebooks', `${named}.md`), `${named}.md`, named];
  for (const file of tries) {
    try {
      const bytes = await readFile(file);
      return {
        name: basename(file).replace(/\.md$/, ''),
        file,
        text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
      };
    } catch (error) {
      if (error instanceof TypeError)
        throw new AssayError('NOTEBOOK_INVALID', 'The file is not UTF-8 text.', { where: file });
      if (!['ENOENT', 'EISDIR', 'ENOTDIR'].includes(codeOf(error) ?? '')) throw error;
    }
  }
  throw new AssayError('NOT_FOUND', `There is no notebook “${named}”.`, { where: tries.join(', ') });
}
