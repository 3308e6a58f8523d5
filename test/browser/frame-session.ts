/** A browser page with the frame in it, for tests. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { CellState, CompiledNotebook } from '#common/notebook.ts';
import type { TestPage } from '../../workbench/frame/test-page-api.ts';
import type { FrameServer } from './frame-server.ts';

/** In the browser, where `page` is the test page. */
declare const page: TestPage;

export interface Session {
  readonly tab: Page;
  /** Errors and refusals that the browser wrote to its console. */
  readonly console: string[];
  /** Runs a notebook in a fresh frame until it settles. */
  run(
    notebook: CompiledNotebook,
  ): Promise<{ readonly root: string | null; readonly states: Readonly<Record<string, CellState>> }>;
  close(): Promise<void>;
}

export interface SessionOptions extends BrowserContextOptions {
  /** A kernel behind the page: method and canonical bytes in base64. */
  readonly kernelCall?: (method: string, input: string) => Promise<string>;
}

export async function openSession(
  browser: Browser,
  server: FrameServer,
  { kernelCall, ...options }: SessionOptions = {},
): Promise<Session> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
  const tab = await context.newPage();
  const lines: string[] = [];
  tab.on('console', (message) => lines.push(message.text()));
  if (kernelCall) await tab.exposeFunction('kernelCall', kernelCall);
  await tab.goto(`${server.origin}/`);
  await tab.waitForFunction('globalThis.page');
  return {
    tab,
    console: lines,
    async run(notebook) {
      const slots = notebook.cells.map(({ id }, i) => ({ id, top: i * 40, left: 0, width: 800, height: 2000 }));
      return tab.evaluate(
        async ([cells, places]) => {
          await page.restart();
          page.layout(places);
          await page.define(cells);
          return { root: page.root, states: Object.fromEntries(page.states) };
        },
        [notebook, slots] as const,
      );
    },
    close: () => context.close(),
  };
}
