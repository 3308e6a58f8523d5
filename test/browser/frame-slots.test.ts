/** A drawing stays in the room that the page has made for it. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { compileNotebook } from '../../kernel/notebook/compile.ts';
import type { TestPage } from '../../workbench/frame/test-page-api.ts';
import { launchChromium } from './chromium.ts';
import { startFrameServer } from './frame-server.ts';
import { openSession } from './frame-session.ts';

/** In the browser. */
declare const page: TestPage;

const TALL = "```js id=tall view\nhtml`<div style='height: 100px'>tall</div>`\n```\n";

it('a drawing that is taller than its place does not lie over what is below', async (t) => {
  const [browser, server] = await Promise.all([launchChromium(), startFrameServer()]);
  t.after(() => Promise.all([browser.close(), server.close()]));
  const { tab, run } = await openSession(browser, server);
  await run(compileNotebook(TALL));
  await tab.waitForFunction(() => (page.heights.get('tall') ?? 0) >= 100);
  const frame = tab.frames()[1]!;
  const hit = (y: number): Promise<boolean> =>
    frame.evaluate((at) => document.elementFromPoint(20, at)?.closest('.slot') !== null, y);
  const room = async (height: number, at: number, wanted: boolean): Promise<void> => {
    await tab.evaluate((px) => page.layout([{ id: 'tall', top: 0, left: 0, width: 800, height: px }]), height);
    while ((await hit(at)) !== wanted) await tab.waitForTimeout(20);
  };
  await room(30, 60, false);
  assert.equal(await hit(10), true, 'what has room is seen');
  await room(101, 60, true);
});
