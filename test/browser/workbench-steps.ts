/** Steps that the workbench's flows are made of. Each flow has a tab and a notebook of its own, so that none stands on another. */
import assert from 'node:assert/strict';
import { after, afterEach, beforeEach } from 'node:test';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { NOTEBOOK, openWorkbench, type Workbench } from './workbench-project.ts';

export interface Steps {
  readonly work: Workbench;
  /** The flow's tab. */
  readonly page: Page;
  /** Name of the flow's notebook. */
  readonly name: string;
  /** Its file. */
  readonly file: string;
  /** Writes the notebook and opens it. */
  open(source?: string): Promise<void>;
  /** … and waits until all cells of NOTEBOOK have run. */
  openAndRun(source?: string): Promise<void>;
  cell(id: string): Locator;
  frame(): FrameLocator;
  status(id: string, wanted: string): Promise<void>;
  press(...keys: string[]): Promise<void>;
  /** Puts the cursor into a cell and replaces what it holds. */
  retype(id: string, code: string): Promise<void>;
  /** Waits until the flow's file holds what it should. */
  onDisk(wanted: RegExp): Promise<string>;
  /** Waits until every output lies where the sheet has its place, and stays there: then a click hits what it aims at. */
  still(): Promise<void>;
}

/** Waits until `look` gives something else than null; says what it last saw when that never comes. */
export async function until<T>(look: () => Promise<T | null>, never: () => string): Promise<T> {
  for (let tries = 0; tries < 1200; tries++) {
    const seen = await look();
    if (seen !== null) return seen;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return assert.fail(never());
}

/** For a file's flows; what went wrong in any tab without being asked for fails the flow in which it did. */
export async function openSteps(): Promise<Steps> {
  const work = await openWorkbench();
  let page!: Page;
  let flows = 0;
  beforeEach(async () => {
    flows++;
    page = await work.tab();
  });
  afterEach(async () => {
    await page.close();
    assert.deepEqual(work.faults.splice(0), []);
    assert.deepEqual(work.strangers.splice(0), []);
  });
  after(() => work.close());
  const cell = (id: string): Locator => page.locator(`.cell[data-key="cell:${id}"]`);
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const steps: Steps = {
    work,
    get page() {
      return page;
    },
    get name() {
      return `flow ${flows}`;
    },
    get file() {
      return `notebooks/flow ${flows}.md`;
    },
    async open(source = NOTEBOOK) {
      await work.write(steps.file, source);
      await page.goto(`${work.url}/notebooks/${encodeURIComponent(steps.name)}`);
      await page.locator('.sheet-content').waitFor();
    },
    async openAndRun(source) {
      await steps.open(source);
      await steps.status('counted', 'done');
      await page.locator('.seal-root-line').waitFor();
    },
    cell,
    frame: () => page.frameLocator('iframe.frame'),
    status: (id, wanted) =>
      cell(id)
        .and(page.locator(`[data-status="${wanted}"]`))
        .waitFor(),
    press,
    async retype(id, code) {
      await cell(id).locator('.cm-content').click();
      await press('ControlOrMeta+a', 'Backspace');
      await page.keyboard.insertText(code);
    },
    async onDisk(wanted) {
      let text = '';
      const look = async (): Promise<string | null> => {
        text = await work.read(steps.file).catch(() => '');
        return wanted.test(text) ? text : null;
      };
      return until(look, () => `${steps.file} never matched ${wanted}:\n${text}`);
    },
    async still() {
      const frame = (await (await page.locator('iframe.frame').elementHandle())!.contentFrame())!;
      let [before, now] = ['', ''];
      const look = async (): Promise<true | null> => {
        const [drawn, room] = [await frame.evaluate(placesOf, '.slot'), await page.evaluate(placesOf, '.slot')];
        const fonts = await Promise.all([frame, page].map((where) => where.evaluate(() => document.fonts.status)));
        const { y = 0 } = (await page.locator('iframe.frame').boundingBox()) ?? {};
        const loaded = fonts.every((status) => status === 'loaded');
        const fits = drawn.every(([top, height]) => room.some(([at, px]) => near(top + y, at) && near(height, px)));
        [before, now] = [now, JSON.stringify([y, drawn, room])];
        return loaded && fits && now === before ? true : null;
      };
      await until(look, () => `outputs and their places never agreed: ${before} ${now}`);
    },
  };
  return steps;
}

/** In the browser: where they lie and how tall they are. */
const placesOf = (selector: string): [top: number, height: number][] =>
  Array.from(document.querySelectorAll(selector), (element) => element.getBoundingClientRect())
    .filter(({ width, height }) => width > 0 && height > 0)
    .map(({ top, height }) => [top, height]);
const near = (a: number, b: number): boolean => Math.abs(a - b) < 1.5;
