/**
 * From opening a notebook's page to its first executed cell, in a real Chromium: milliseconds since the navigation began, and the CPU time
 * of all of Chromium. Cold: kernel and browser freshly started, a new profile. Warm: the same page reloaded. The notebook is a title and one
 * cell, which the page shows as done. Rival in turns with ours, where it is installed: Jupyter Notebook, whose page is told to run all
 * cells as soon as its kernel is there; done when the cell's output stands in the page. The start of neither server counts.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext } from 'playwright-core';
import { launchChromium } from '../test/browser/chromium.ts';
import { print } from './lib/cpu.ts';
import { median } from './lib/median.ts';
import { cpuSeconds, family } from './lib/process-tree.ts';
import { jupyterCommand, startAssay, startJupyter, stop, type Server } from './lib/servers.ts';

const RUNS = 5;
const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'assay-page-'));

interface Rival {
  readonly what: string;
  start(): Promise<Server>;
  signIn(context: BrowserContext, server: Server): Promise<unknown>;
  readonly path: string;
  /** Matches when the cell is done. */
  readonly done: string;
  /** Evaluated in the page again and again until it is true: sets the run off where the page does not do so itself. */
  readonly run: string;
}

const assay: Rival = {
  what: 'Assay',
  start: () => startAssay(dir, join(dir, '.assay')),
  signIn: (context, { link }) => context.request.get(link),
  path: '/notebooks/one',
  done: '.cell[data-key="cell:a"][data-status="done"]',
  run: 'true',
};

const jupyter: Rival = {
  what: 'Jupyter Notebook',
  start: () => startJupyter(join(dir, 'notebooks')),
  signIn: async () => {},
  path: '/notebooks/one.ipynb',
  done: '.output_area .output_text',
  run: `(() => {
    const book = globalThis.Jupyter?.notebook;
    if (!book?._fully_loaded || !book.kernel?.is_connected() || !book.kernel.info_reply?.status) return false;
    book.execute_all_cells();
    return true;
  })()`,
};

writeProject();
const contenders = jupyterCommand === undefined ? [assay] : [assay, jupyter];
try {
  await stop(await assay.start()); // builds the workbench and makes the database
  const runs = new Map(contenders.map((rival) => [rival, { cold: [] as Opened[], warm: [] as Opened[] }]));
  for (let i = 0; i < RUNS; i++) for (const [rival, { cold, warm }] of runs) await visit(rival, cold, warm);
  const rows = Array.from(runs, ([{ what }, { cold, warm }]) => {
    const figures = [cold, warm].flatMap((opened) => [
      median(opened.map(({ ms }) => ms)),
      median(opened.map(({ cpu }) => cpu)),
    ]);
    return [what, ...figures.map((ms) => ms.toFixed(0))];
  });
  print(['page to first executed cell', 'cold ms', 'cold CPU ms', 'warm ms', 'warm CPU ms'], rows);
  if (jupyterCommand === undefined)
    console.log('\nJupyter is not installed here: no rival. On Debian: apt-get install jupyter-notebook');
} finally {
  rmSync(dir, { recursive: true, force: true });
}

interface Opened {
  readonly ms: number;
  readonly cpu: number;
}

async function visit(rival: Rival, cold: Opened[], warm: Opened[]): Promise<void> {
  const server = await rival.start();
  const browser = await launchChromium();
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await rival.signIn(context, server);
    let tell: (ms: number) => void = () => {};
    const first = (): Promise<number> => new Promise((resolve) => (tell = resolve));
    await context.exposeFunction('firstCell', (ms: number) => tell(ms));
    await context.addInitScript({ content: watch(rival) });
    const page = await context.newPage();
    const url = server.origin + rival.path;
    cold.push(await opened(server, first(), () => page.goto(url, { waitUntil: 'commit' })));
    await page.waitForLoadState('load');
    warm.push(await opened(server, first(), () => page.reload({ waitUntil: 'commit' })));
  } finally {
    await browser.close();
    await stop(server);
  }
}

/** Runs in the page before anything else: notes when the cell is done. The clock starts with the navigation. */
function watch({ done, run }: Rival): string {
  return `if (globalThis.top === globalThis) {
    let ran = false;
    const look = () => {
      ran ||= ${run};
      if (ran && document.querySelector(${JSON.stringify(done)})) globalThis.firstCell(performance.now());
      else setTimeout(look, 2);
    };
    look();
  }`;
}

async function opened(server: Server, first: Promise<number>, go: () => Promise<unknown>): Promise<Opened> {
  const chromium = (): number => {
    const others = new Set([process.pid, ...family(server.child.pid!)]);
    return cpuSeconds(family(process.pid).filter((pid) => !others.has(pid)));
  };
  const before = chromium();
  await go();
  const ms = await first;
  return { ms, cpu: (chromium() - before) * 1_000 };
}

function writeProject(): void {
  mkdirSync(join(dir, 'notebooks'));
  symlinkSync(join(PROJECT, 'node_modules'), join(dir, 'node_modules'));
  symlinkSync(join(PROJECT, 'plugins'), join(dir, 'plugins'));
  writeFileSync(join(dir, 'notebooks/one.md'), '---\ntitle: One\n---\n\n# One\n\n```js id=a\nconst a = 6 * 7;\n```\n');
  const cells = [{ cell_type: 'code', id: 'a', metadata: {}, execution_count: null, outputs: [], source: '6 * 7' }];
  const metadata = { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } };
  writeFileSync(join(dir, 'notebooks/one.ipynb'), JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
}
