/** Drawings follow the width of the page, and light and dark. What was computed stays as it is, and nothing is called for it. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, it } from 'node:test';
import type { Browser, Frame } from 'playwright-core';
import type { CompiledNotebook } from '#common/notebook.ts';
import { compileNotebook } from '../../kernel/notebook/compile.ts';
import type { TestPage } from '../../workbench/frame/test-page-api.ts';
import { launchChromium } from './chromium.ts';
import { type FrameServer, startFrameServer } from './frame-server.ts';
import { openSession, type Session } from './frame-session.ts';

/** In the browser. */
declare const page: TestPage;

const WIDE = 800;
const NARROW = 330;

const notebook = (cells: Readonly<Record<string, string>>): CompiledNotebook => {
  const fences = Object.entries(cells).map(([id, code]) => {
    const view = id.startsWith('value') ? '' : ' view';
    return `\`\`\`js id=${id}${view}\n${code}\n\`\`\`\n`;
  });
  return compileNotebook(`---\nuses: [shap.explain]\n---\n${fences.join('\n')}`);
};

let browser: Browser;
let server: FrameServer;
let session: Session;

before(async () => {
  [browser, server] = await Promise.all([launchChromium(), startFrameServer()]);
  session = await openSession(browser, server);
  await session.tab.evaluate(() => {
    page.answer = () => ({
      values: { $: 'tensor', shape: [3, 1], data: Float64Array.of(-1, 0, 1) },
      base: 0,
      data: { $: 'table', rows: 3, columns: [{ name: 'age', type: 'float64', values: Float64Array.of(1, 2, 3) }] },
      names: ['age'],
      outputs: ['wage'],
      meta: { method: 'exact' },
    });
  });
});
after(() => Promise.all([browser.close(), server.close()]));
beforeEach(() => session.tab.evaluate(() => page.theme({}, false)));

const frame = (): Frame => session.tab.frames()[1]!;
const layout = (cells: CompiledNotebook, widths: readonly number[]): Promise<void> =>
  session.tab.evaluate(
    ([ids, all]) => {
      for (const width of all) page.layout(ids.map((id, i) => ({ id, top: i * 40, left: 0, width, height: 2000 })));
    },
    [cells.cells.map(({ id }) => id), widths] as const,
  );
const dark = (on: boolean): Promise<void> => session.tab.evaluate((is) => page.theme({}, is), on);
const drawnWidth = (id: string): Promise<string | null> =>
  frame().evaluate(
    (cell) => document.querySelector(`[data-cell=${cell}] svg:not([aria-hidden])`)?.getAttribute('width') ?? null,
    id,
  );
const untilWidth = (id: string, width: number): Promise<unknown> =>
  frame().waitForFunction(
    ([cell, px]) =>
      document.querySelector(`[data-cell=${cell}] svg:not([aria-hidden])`)?.getAttribute('width') === String(px),
    [id, width] as const,
  );
const colours = (id: string): Promise<string> =>
  frame().evaluate(
    (cell) =>
      [...document.querySelectorAll(`[data-cell=${cell}] [aria-label=dot] circle`)]
        .map((dot) => dot.getAttribute('fill'))
        .join(),
    id,
  );
/** What must stay: runs of each cell, calls, root. */
const ran = (): Promise<{ versions: Record<string, number>; calls: number; root: string | null }> =>
  session.tab.evaluate(() => ({
    versions: Object.fromEntries(Array.from(page.states, ([id, { version }]) => [id, version])),
    calls: page.calls.length,
    root: page.root,
  }));

it('a plugin’s drawing is made again where it stands, with nothing run or called', async () => {
  const cells = notebook({
    value: 'const explanation = await shap.explain({})',
    swarm: 'html`<section><p>kept</p>${shap.beeswarm(explanation)}</section>`',
    own: 'shap.beeswarm(explanation, {width: 300})',
  });
  const { states } = await session.run(cells);
  assert.equal(Object.values(states).find(({ error }) => error)?.error, undefined);
  const before = await ran();
  const light = await colours('swarm');
  assert.equal(await drawnWidth('swarm'), String(WIDE));
  await frame().evaluate(() => (document.querySelector('[data-cell=swarm] p')!.id = 'mark'));

  await layout(cells, [NARROW]);
  await untilWidth('swarm', NARROW);
  await dark(true);
  await frame().waitForFunction(
    (was) =>
      document.querySelector('[data-cell=swarm] [aria-label=dot] circle')!.getAttribute('fill') !== was.split(',')[0],
    light,
  );
  assert.equal(await drawnWidth('swarm'), String(NARROW));
  assert.equal(await drawnWidth('own'), '300', 'a width that the cell names stays');
  assert.equal(await colours('own'), await colours('swarm'), 'and the colours follow');
  assert.equal(await frame().evaluate(() => document.querySelector('[data-cell=swarm] #mark') !== null), true);
  assert.deepEqual(await ran(), before);
});

it('a chart without a width is as wide as its cell, whatever way it was made', async () => {
  const cells = notebook({
    value: 'const xs = [1, 2, 3].map((x) => x + random())',
    plot: "const chart = Plot.plot({marks: [Plot.dot(xs, {x: (x) => x})]}); chart.addEventListener('click', () => chart.setAttribute('data-heard', '')); display(chart)",
    mark: 'Plot.dot(xs, {x: (x) => x}).plot({height: 90})',
    own: 'Plot.dotX(xs).plot({width: 200})',
  });
  const { states } = await session.run(cells);
  assert.equal(Object.values(states).find(({ error }) => error)?.error, undefined);
  const before = await ran();
  assert.deepEqual([await drawnWidth('plot'), await drawnWidth('mark')], [String(WIDE), String(WIDE)]);

  await layout(cells, [NARROW]);
  await Promise.all(['plot', 'mark'].map((id) => untilWidth(id, NARROW)));
  assert.equal(await drawnWidth('own'), '200');
  const heard = await frame().evaluate(() => {
    const chart = document.querySelector('[data-cell=plot] svg')!;
    chart.dispatchEvent(new MouseEvent('click'));
    return 'heard' in (chart as SVGElement).dataset;
  });
  assert.equal(heard, true, 'the cell still knows its chart');
  const { versions, root, calls } = await ran();
  assert.deepEqual([versions['value'], versions['own']], [before.versions['value'], before.versions['own']]);
  assert.deepEqual([root, calls], [before.root, before.calls]);
  await dark(true);
  await layout(cells, [WIDE]);
  await untilWidth('plot', WIDE);
});

it('a cell that calls a method itself calls it once, and its chart still fits', async () => {
  const cells = notebook({ view: 'Plot.dotX((await shap.explain({})).values.data).plot()' });
  await session.run(cells);
  const before = await ran();
  await layout(cells, [NARROW]);
  await untilWidth('view', NARROW);
  assert.deepEqual(await ran(), before);
});

it('a cell that ends after the page was resized fits as well', async () => {
  const cells = notebook({ view: 'const chart = Plot.dotX([1, 2]).plot(); await shap.explain({}); display(chart)' });
  await session.tab.evaluate(() => {
    const { answer } = page;
    const held = new Promise<void>((resolve) => Object.assign(globalThis, { release: resolve }));
    page.answer = async (method, input) => {
      page.answer = answer;
      await held;
      return answer(method, input);
    };
  });
  const count = (await ran()).calls;
  const done = session.run(cells);
  await session.tab.waitForFunction((calls) => page.calls.length > calls, count);
  await layout(cells, [NARROW]);
  await session.tab.evaluate(() => (globalThis as unknown as { release(): void }).release());
  await done;
  await untilWidth('view', NARROW);
});

it('a cell that names the width runs once for many widths on the way', async () => {
  const cells = notebook({ view: 'Plot.dotX([1, 2]).plot({width})' });
  await session.run(cells);
  const { versions } = await ran();
  const steps = Array.from({ length: 40 }, (_, i) => WIDE - 10 * i);
  await layout(cells, [...steps, NARROW]);
  await untilWidth('view', NARROW);
  const runs = (await ran()).versions['view']! - versions['view']!;
  assert(runs < steps.length / 4, `it ran ${runs} times`);
});

it('a run that is overtaken while the frame still loads what it draws with draws nothing', async () => {
  const cells = notebook({ view: "Plot.dotX([1, 2], {stroke: dark ? 'white' : 'black'}).plot()" });
  await session.tab.evaluate(async (defined) => {
    await page.restart();
    const done = page.define(defined);
    for (const dark of [true, false, true]) page.theme({}, dark);
    await done;
  }, cells);
  await frame().waitForFunction(() => document.querySelector('[data-cell=view] svg'));
  await session.tab.evaluate(() => page.run([]));
  assert.equal(await frame().evaluate(() => document.querySelectorAll('[data-cell=view] svg').length), 1);
});
