/**
 * What one cell costs that starts the database, and what cells cost that make much: 50 MB of numbers, 50 MB of text, a list of a million
 * numbers, a table of a million rows, which SQL then groups. Without a page as a whole process, and in a real Chromium from opening the
 * notebook's page until the root of all values stands there; the browser's CPU time is that of all its processes. The first row is a
 * notebook of one number: what is more than it is the cell's. No rival: Debian has no package of DuckDB.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from '../test/browser/chromium.ts';
import { medianRun, type Ran, runCommand } from './lib/command.ts';
import { print } from './lib/cpu.ts';
import { cpuSeconds, family } from './lib/process-tree.ts';
import { type Server, startAssay, stop } from './lib/servers.ts';

const RUNS = 3;
const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'assay-large-'));

const MILLION = `Table.fromColumns({
  x: Float64Array.from({ length: 1e6 }, (_, i) => Math.sin(i)), s: Array.from({ length: 1e6 }, (_, i) => 'row ' + (i % 1000)),
})`;
const NOTEBOOKS: readonly (readonly [what: string, name: string, ...cells: readonly string[]])[] = [
  ['one number', 'number', 'js id=a name=a\n42'],
  ['one SQL cell', 'sql', 'sql id=a name=a\nSELECT 42 AS answer'],
  ['50 MB of numbers', 'numbers', 'js id=a name=a\nnew Float64Array(6_553_600).fill(1.5)'],
  ['50 MB of text', 'text', "js id=a name=a\n'lorem ipsum '.repeat(4_369_066)"],
  ['a list of 1,000,000 numbers', 'list', 'js id=a name=a\nArray.from({ length: 1_000_000 }, (_, i) => i)'],
  ['a table of 1,000,000 rows', 'table', `js id=a name=a\n${MILLION}`],
  [
    '…, grouped by SQL',
    'grouped',
    `js id=a name=a\n${MILLION}`,
    'sql id=b name=b\nSELECT s, count(*) AS n, avg(x) AS mean FROM a GROUP BY s ORDER BY s',
  ],
];

mkdirSync(join(dir, 'notebooks'));
for (const part of ['node_modules', 'plugins']) symlinkSync(join(PROJECT, part), join(dir, part));
for (const [what, name, ...cells] of NOTEBOOKS)
  writeFileSync(
    join(dir, `notebooks/${name}.md`),
    [`# ${what}`, ...cells.map((cell) => `\`\`\`${cell}\n\`\`\``)].join('\n\n'),
  );
const home = join(dir, '.assay');
try {
  const command = (name: string): string[] => [process.execPath, join(PROJECT, 'kernel/cli.js'), 'run', `notebooks/${name}.md`, '--json', '--home', home]; // prettier-ignore
  const headless = NOTEBOOKS.map(([, name]) => {
    runCommand(command(name), dir); // fills the compile cache and the disk's
    return medianRun(Array.from({ length: RUNS }, () => runCommand(command(name), dir)));
  });
  const server = await startAssay(dir, home);
  const pages: Ran[] = [];
  try {
    for (const [, name] of NOTEBOOKS) {
      const runs: Ran[] = [];
      for (let i = 0; i < RUNS; i++) runs.push(await open(server, name));
      pages.push(medianRun(runs));
    }
  } finally {
    await stop(server);
  }
  print(
    ['a notebook of', 'headless, wall s', 'CPU s', 'Chromium, wall s', 'CPU s'],
    NOTEBOOKS.map(([what], i) => [
      what,
      ...[headless[i]!, pages[i]!].flatMap(({ wall, cpu }) => [seconds(wall), seconds(cpu)]),
    ]),
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** In a browser of its own: nothing is left of the notebook before. */
async function open({ child, link, origin }: Server, name: string): Promise<Ran> {
  const browser = await launchChromium();
  try {
    const context = await browser.newContext();
    await context.request.get(link);
    const page = await context.newPage();
    const chromium = (): number => {
      const others = new Set([process.pid, ...family(child.pid!)]);
      return cpuSeconds(family(process.pid).filter((pid) => !others.has(pid)));
    };
    const [before, started] = [chromium(), performance.now()];
    await page.goto(`${origin}/notebooks/${name}`, { waitUntil: 'commit' });
    await page.locator('.seal-root-line').waitFor({ timeout: 300_000 });
    return { wall: performance.now() - started, cpu: (chromium() - before) * 1000 };
  } finally {
    await browser.close();
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
