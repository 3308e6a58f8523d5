/**
 * A notebook of 10, 100 and 1,000 cells, run without a page as a whole process: started, read, compiled, run, ended. Once each cell adds
 * one to the number before, once to an array of 1 MB, which Assay hashes as well. Rival in the same run, in turns with ours: nbclient, which
 * runs Jupyter's notebooks, with an ipykernel (and numpy where there is one) doing the same. CPU is that of every process started.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { print } from './lib/cpu.ts';
import { medianRun, runCommand, works, type Ran } from './lib/command.ts';

const SIZES = [10, 100, 1_000];
const RUNS = 5;
/** Float64s in 1 MB. */
const LENGTH = 131_072;
const CLI = fileURLToPath(new URL('../kernel/cli.js', import.meta.url));
const PYTHON =
  process.env['PYTHON'] ??
  ['python3', '/usr/bin/python3'].find((python) => works(python, '-c', 'import nbclient, ipykernel'));
const NUMPY = PYTHON !== undefined && works(PYTHON, '-c', 'import numpy');
const EXECUTE = `import sys, nbformat, nbclient
nbclient.NotebookClient(nbformat.read(sys.argv[1], as_version=4), timeout=600).execute()`;

/** The first cell and what each of the others does with `v`, the value before. */
interface Work {
  readonly what: string;
  readonly ours: readonly [string, (v: string) => string];
  readonly theirs: readonly [string, (v: string) => string];
}

const WORKS: readonly Work[] = [
  { what: 'a number', ours: ['1', (v) => `${v} + 1`], theirs: ['1', (v) => `${v} + 1`] },
  {
    what: '1 MB',
    ours: [`new Float64Array(${LENGTH})`, (v) => `${v}.map((x) => x + 1)`],
    theirs: NUMPY
      ? [`__import__('numpy').zeros(${LENGTH})`, (v) => `${v} + 1`]
      : [`__import__('array').array('d', bytes(8 * ${LENGTH}))`, (v) => `type(${v})('d', [x + 1 for x in ${v}])`],
  },
];

function cells(size: number, [first, next]: Work['ours'], declare: string): string[] {
  return Array.from({ length: size }, (_, i) => `${declare}v${i} = ${i === 0 ? first : next(`v${i - 1}`)}`);
}

const dir = mkdtempSync(join(tmpdir(), 'assay-headless-'));

function ours(size: number, work: Work): () => Ran {
  const file = join(dir, `ours-${size}.md`);
  const source = cells(size, work.ours, 'const ').map((code, i) => `\`\`\`js id=c${i}\n${code};\n\`\`\`\n`);
  writeFileSync(file, source.join('\n'));
  return () => runCommand([process.execPath, CLI, 'run', file, '--json', '--home', join(dir, 'home')], dir);
}

function theirs(size: number, work: Work): () => Ran {
  const file = join(dir, `theirs-${size}.ipynb`);
  const code = cells(size, work.theirs, '').map((source, i) => {
    return { cell_type: 'code', id: `c${i}`, metadata: {}, execution_count: null, outputs: [], source };
  });
  const metadata = { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } };
  writeFileSync(file, JSON.stringify({ cells: code, metadata, nbformat: 4, nbformat_minor: 5 }));
  return () => runCommand([PYTHON!, '-c', EXECUTE, file], dir);
}

const rows: string[][] = [];
try {
  for (const work of WORKS) {
    for (const size of SIZES) {
      const [run, rival] = [ours(size, work), PYTHON === undefined ? null : theirs(size, work)];
      run(); // fills the compile cache and the disk's
      const runs: Ran[] = [];
      const rivals: Ran[] = [];
      for (let i = 0; i < RUNS; i++) {
        runs.push(run());
        if (rival !== null) rivals.push(rival());
      }
      const [a, b] = [medianRun(runs), medianRun(rivals)];
      const against =
        rival === null ? ['–', '–', '–'] : [seconds(b.wall), seconds(b.cpu), `${(b.cpu / a.cpu).toFixed(1)}×`];
      rows.push([`${size.toLocaleString('en')} cells, ${work.what}`, seconds(a.wall), seconds(a.cpu), ...against]);
    }
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
print(
  ['a notebook, whole process', 'wall s', 'CPU s', 'nbclient, wall s', 'nbclient, CPU s', 'CPU, nbclient ÷ Assay'],
  rows,
);
if (PYTHON === undefined)
  console.log(
    '\nnbclient is not installed here: no rival. On Debian: apt-get install python3-nbclient python3-ipykernel',
  );
else console.log(`\nnbclient's arrays are ${NUMPY ? "numpy's" : "Python's own, since numpy is not installed"}.`);

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(2);
}
