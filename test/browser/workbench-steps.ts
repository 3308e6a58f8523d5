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
      for (let tries = 0; tries < 300; tries++) {
        text = await work.read(steps.file).catch(() => '');
        if (wanted.test(text)) return text;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return assert.fail(`${steps.file} never matched ${wanted}:\n${text}`);
    },
  };
  return steps;
}
