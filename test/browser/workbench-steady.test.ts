/** Nothing jumps while a notebook loads: what somebody reads or aims at stays where it is. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openSteps } from './workbench-steps.ts';

const steps = await openSteps();
const { open, cell, status } = steps;

const fence = '```';
const WORDS = 'Words that somebody reads while the cells above them are still at work.\n\n';
/** A call that takes a while, and what is drawn from it: taller than anybody could guess. */
const SLOW = `---
title: Slow
uses: [slow.count]
datasets: [trees]
---

# Slow

There are \${trees.numRows} trees, and ${WORDS}

${fence}ts id=counted
const counted = await slow.count({ to: 30 });
${fence}

${fence}ts id=wrong
nobody.knows({ this: 1 });
${fence}

${fence}js id=drawn view
const box = html\`<p>drawn</p>\`;
box.style.height = 590 + counted.last + 'px';
display(box)
${fence}

${fence}ts id=below
const below = 1;
${fence}

${WORDS.repeat(40)}`;

interface Watched {
  /** Where each block was painted, in the order of the frames; a place that repeats counts once. */
  readonly places: Record<string, number[]>;
  /** As Chromium counts it. */
  shifted: number;
}
/** In the browser. */
declare const watched: Watched;

/** Notes from the first frame on where blocks are painted in the tab. */
async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    if (window.parent !== window) return;
    const seen: Watched = { places: {}, shifted: 0 };
    Object.assign(globalThis, { watched: seen });
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      for (const block of document.querySelectorAll<HTMLElement>('.sheet [data-key]')) {
        const places = (seen.places[block.dataset['key']!] ??= []);
        const { top: y } = block.getBoundingClientRect();
        // A line of another font may be a pixel taller.
        if (Math.abs(y - (places.at(-1) ?? Number.NaN)) <= 1.5) continue;
        places.push(y);
      }
    });
    port1.start();
    // A message that is posted before a frame arrives after it: what is read then has been painted.
    const frame = (): void => {
      port2.postMessage(null);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.shifted += (entry as unknown as { readonly value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

const places = (): Promise<Watched> => steps.page.evaluate(() => watched);

/** Calls reach the kernel when the function returned is called, so that it is known what was there before and after. */
async function hold(): Promise<() => Promise<void>> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await steps.page.route('**/api/v1/runs?*', async (route) => {
    await promise;
    await route.continue();
  });
  return async () => {
    resolve();
    await steps.page.unrouteAll({ behavior: 'wait' });
  };
}

/** Everything has run, and the page has heard how tall it is. */
async function settled(): Promise<void> {
  await status('below', 'done');
  await status('drawn', 'done');
  await steps.still();
}

describe('a sheet that is opened', () => {
  test('for the second time stands as it will stand: from the first frame on no block moves', async () => {
    const { page } = steps;
    await watch(page);
    await open(SLOW);
    await settled();
    assert.ok((await places()).places['cell:below']!.length > 1, 'the first time it moved');
    const tall = await cell('drawn')
      .locator('.slot')
      .evaluate((slot) => slot.style.height);
    assert.ok(Number.parseFloat(tall) > 600, tall);
    const release = await hold();
    await page.reload();
    await cell('counted').locator('.call').waitFor();
    await release();
    await settled();
    const { places: seen, shifted } = await places();
    const moved = Object.entries(seen).filter(([, tops]) => tops.length > 1);
    assert.deepEqual(moved, []);
    // A text that is as wide as it is, such as the time a call takes, may move in its own line.
    assert.ok(shifted < 1e-3, `${shifted}`);
    assert.ok(Object.keys(seen).length >= 5);
  });

  test('keeps what is read in place while something above it grows', async () => {
    const { page } = steps;
    const release = await hold();
    await open(SLOW);
    const last = page.locator('.text').last();
    await last.locator('p').first().waitFor();
    await steps.press('j');
    await page.mouse.move(700, 500);
    await page.mouse.wheel(0, 1500);
    await page.waitForFunction(() => scrollY >= 1000);
    await cell('counted').locator('.call').waitFor();
    await steps.still();
    const [before, shifted] = [await last.boundingBox(), await page.evaluate(() => scrollY)];
    await release();
    await settled();
    assert.ok((await page.evaluate(() => scrollY)) > shifted + 300, 'something above grew');
    assert.ok(Math.abs((await last.boundingBox())!.y - before!.y) < 1.5, 'and nobody saw it');
  });

  test('keeps what the pointer aims at under it, and a press that was begun is a click', async () => {
    const { page } = steps;
    const lineage = page.getByRole('dialog');
    for (const [px, way] of [
      ['590', 'aims'],
      ['890', 'presses'],
    ] as const) {
      const release = await hold();
      await open(SLOW.replace('590', px));
      const button = cell('below').locator('.rail-button');
      await cell('counted').locator('.call').waitFor();
      await button.hover();
      await steps.still();
      const { x, y } = (await button.boundingBox())!;
      if (way === 'presses') await page.mouse.down();
      const released = release();
      for (let i = 0; (await cell('drawn').getAttribute('data-status')) !== 'done'; i++)
        await page.mouse.move(x + 9 + (i % 3), y + 9);
      await released;
      if (way === 'aims') {
        await steps.still();
        assert.ok(Math.abs((await button.boundingBox())!.y - y) < 1.5, 'it has not moved');
        await page.mouse.down();
      }
      await page.mouse.up();
      await lineage.waitFor();
      await steps.still();
      const height = await cell('drawn')
        .locator('.slot')
        .evaluate((slot) => slot.getBoundingClientRect().height);
      assert.ok(height > Number(px), 'it grew meanwhile');
    }
  });
});
