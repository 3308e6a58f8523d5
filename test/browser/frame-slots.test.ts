/** A drawing stays in the room that the page has made for it, and the page believes no more of the frame than it has to. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { compileNotebook } from '../../kernel/notebook/compile.ts';
import type { TestPage } from '../../workbench/frame/test-page-api.ts';
import { launchChromium } from './chromium.ts';
import { type FrameServer, startFrameServer } from './frame-server.ts';
import { openSession } from './frame-session.ts';

/** In the browser. */
declare const page: TestPage;

const TALL = compileNotebook("```js id=tall view\nhtml`<div style='height: 100px'>tall</div>`\n```\n");

let browser: Browser;
let server: FrameServer;
before(async () => {
  [browser, server] = await Promise.all([launchChromium(), startFrameServer()]);
});
after(() => Promise.all([browser.close(), server.close()]));

it('a drawing that is taller than its place does not lie over what is below', async () => {
  const { tab, run } = await openSession(browser, server);
  await run(TALL);
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

/** A frame that answers as it should and lies about its cells. */
const LIAR = `<script>
addEventListener('message', ({ ports: [toFrame, toPage] }) => {
  toFrame.onmessage = ({ data: [id, name] }) => {
    if (name === 'define') for (const [i, [what, ...args]] of LIES.entries()) toPage.postMessage([i, what, args]);
    if (name !== 'define') toFrame.postMessage([id, true]);
  };
  toPage.onmessage = ({ data }) => data[0] === LIES.length - 1 && toFrame.postMessage([define, true]);
  let define;
  toFrame.addEventListener('message', ({ data: [id, name] }) => name === 'define' && (define = id));
});
const digest = 'ab'.repeat(32), fine = { id: 'tall', version: 7, status: 'done' };
const LIES = [
  ['states', 'x'], ['states', [{ ...fine, id: 'other' }, { ...fine, version: NaN }, { ...fine, digest: 'x' }, null]],
  ['height', 'tall', NaN], ['height', 'tall', Infinity], ['height', 'tall', -5], ['height', 'tall', '9'], ['height', 'other', 9],
  ['root', 'forged'], ['root', {}], ['root', digest], ['root', digest.toUpperCase()],
  ['call', 'other', 'models.train', {}], ['call', 'tall', ['models'], {}],
  ['states', [fine, { ...fine, status: 'sealed' }]], ['height', 'tall', 9], ['dataset', '__proto__'],
];
</script>`;

it('what a lying frame says of its cells is ignored, and the rest is heard', async () => {
  const { tab } = await openSession(browser, server);
  await tab.route('**/frame.html', (route) => route.fulfill({ contentType: 'text/html', body: LIAR }));
  const heard = await tab.evaluate(async (notebook) => {
    await page.restart();
    await page.define({ ...notebook, uses: ['models.train'] });
    const { history, heights, root, calls } = page;
    return { history, heights: [...heights], root, calls };
  }, TALL);
  assert.deepEqual(heard, {
    history: [{ id: 'tall', version: 7, status: 'done' }],
    heights: [['tall', 9]],
    root: 'ab'.repeat(32),
    calls: [],
  });
});
