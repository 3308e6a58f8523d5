/** A frame that never ends holds up nobody else: every frame has a process of its own, because it has a site of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { compileNotebook } from '../../kernel/notebook/compile.ts';
import type { TestPage } from '../../workbench/frame/test-page-api.ts';
import { launchChromium } from './chromium.ts';
import { startFrameServer } from './frame-server.ts';

/** In the browser. */
declare const page: TestPage;

const notebook = (code: string) => compileNotebook(`\`\`\`js id=a\n${code}\n\`\`\`\n`);
const define = (tab: Page, code: string): Promise<string | undefined> =>
  tab.evaluate(async (next) => {
    await page.define(next);
    return page.states.get('a')?.outputs?.[0]?.preview;
  }, notebook(code));

async function open(context: BrowserContext, address: string): Promise<Page> {
  const tab = await context.newPage();
  await tab.goto(address);
  await tab.waitForFunction('globalThis.page');
  return tab;
}

test('an endless loop in one tab: the other goes on, its own frame is replaced, and new tabs open', async (t) => {
  const [browser, server] = await Promise.all([launchChromium(), startFrameServer()]);
  t.after(() => Promise.all([browser.close(), server.close()]));
  const context = await browser.newContext();
  // By both names of this machine.
  const stuck = await open(context, server.origin);
  const other = await open(context, server.origin.replace('127.0.0.1', 'localhost'));
  assert.equal(await define(other, '40 + 2'), '42');
  void define(stuck, 'for (;;);').catch(() => undefined);
  await stuck.waitForFunction(() => page.states.get('a')?.status === 'running');
  assert.equal(await define(other, '40 + 3'), '43');
  await stuck.evaluate(() => page.restart());
  assert.equal(await define(stuck, '40 + 4'), '44');
  assert.equal(await define(await open(context, server.origin), '40 + 5'), '45');
});
