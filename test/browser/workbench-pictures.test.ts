/** Pictures of an explanation on a page: a row chosen in one is chosen in all, an output stays chosen, and each becomes a file. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import type { Locator } from 'playwright-core';
import { openSteps, until } from './workbench-steps.ts';

const ROWS = 40;
const NOTEBOOK = `---
title: Pictures
uses: [shap.explain]
---
\`\`\`ts id=explanation name=explanation
(() => {
  const rows = ${ROWS};
  const data = Float64Array.from({ length: rows * 3 * 2 }, (_, i) => Math.sin(i * 12.9898));
  const a = Float64Array.from({ length: rows }, (_, i) => i);
  return {
    values: { $: 'tensor', shape: [rows, 3, 2], data }, base: [1, 2], names: ['a', 'b', 'c'], outputs: ['no', 'yes'],
    data: Table.fromColumns({ a, b: a, c: a }), meta: { method: 'exact', space: 'output', link: 'none' },
  };
})()
\`\`\`

\`\`\`js id=heatmap view
shap.heatmap(explanation)
\`\`\`

\`\`\`js id=swarm view
shap.beeswarm(explanation)
\`\`\`

\`\`\`js id=decision view
shap.decision(explanation)
\`\`\`

\`\`\`js id=waterfall view
shap.waterfall(explanation, { row: 3 })
\`\`\`

\`\`\`js id=pinned view
shap.bar(explanation, { output: 'no' })
\`\`\`
`;

const steps = await openSteps();
const drawn = (id: string): Locator => steps.frame().locator(`[data-cell=${id}]`);
const said = async (id: string): Promise<string> =>
  (await drawn(id).locator('[role=img]').getAttribute('aria-label')) ?? '';

async function open(): Promise<void> {
  await steps.open(NOTEBOOK);
  for (const id of ['heatmap', 'swarm', 'decision', 'waterfall', 'pinned'])
    await drawn(id).locator('svg').first().waitFor();
  await steps.still();
}

/** Waits for what the picture says of itself. */
async function says(id: string, wanted: RegExp): Promise<string> {
  const look = async (): Promise<string | null> => wanted.exec(await said(id))?.[0] ?? null;
  return until(look, () => `${id} never said ${wanted}`);
}

/** A dot that no other lies on, of a row that is not shown yet. */
async function freeDot(): Promise<Locator> {
  const dots = drawn('swarm').locator('[aria-label=dot] circle');
  await dots.first().scrollIntoViewIfNeeded();
  await steps.still();
  const free = await dots.evaluateAll((all) =>
    all.findIndex((dot) => {
      const { x, y, width, height } = dot.getBoundingClientRect();
      const [cx, cy] = [x + width / 2, y + height / 2];
      const centres = all.map((other) => other.getBoundingClientRect()).map((box) => Math.hypot(box.x + box.width / 2 - cx, box.y + box.height / 2 - cy)); // prettier-ignore
      return document.elementFromPoint(cx, cy) === dot && centres.toSorted((a, b) => a - b)[1]! > 2 * width;
    }),
  );
  assert.ok(free >= 0, 'some dot stands alone');
  return dots.nth(free);
}

it('a row chosen in one picture is chosen in all, and in no other explanation', async () => {
  await open();
  await says('waterfall', /of row 3:/);
  await (await freeDot()).click();
  const row = Number((await says('waterfall', /of row (?!3:)\d+/)).slice('of row '.length));
  for (const id of ['waterfall', 'heatmap', 'decision', 'swarm'])
    assert.equal(await drawn(id).locator('input[type=number]').inputValue(), String(row), id);
  assert.equal(await drawn('swarm').locator('circle[stroke=currentColor]').count(), 3, 'a ring in each line');

  await drawn('decision').locator('input[type=number]').fill('12');
  await drawn('decision').locator('input[type=number]').press('Enter');
  await says('waterfall', /of row 12:/);
  await drawn('waterfall').getByRole('button', { name: 'back to 3' }).click();
  await says('waterfall', /of row 3:/);
  assert.equal(await drawn('swarm').locator('circle[stroke=currentColor]').count(), 0);
});

it('an output is chosen by the keyboard for all that name none, and stays when they are drawn anew', async () => {
  await open();
  await says('swarm', /for yes,/);
  const picker = drawn('swarm').getByRole('combobox', { name: 'Output' });
  assert.equal(await drawn('pinned').getByRole('combobox').count(), 0);
  await picker.focus();
  await steps.press('ArrowUp');
  await says('swarm', /for no,/);
  assert.equal(await drawn('heatmap').getByRole('combobox', { name: 'Output' }).inputValue(), '0');
  const width = await drawn('swarm').locator('svg[width]').last().getAttribute('width');
  await steps.page.setViewportSize({ width: 500, height: 900 });
  await steps.frame().locator(`[data-cell=swarm] svg:not([width="84"]):not([width="${width}"])`).first().waitFor();
  assert.match(await said('swarm'), /for no,/);
  await steps.page.setViewportSize({ width: 1280, height: 900 });
});

async function saved(id: string, kind: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  await steps.still();
  await drawn(id).hover();
  await drawn(id)
    .getByRole('button', { name: `Save this picture as ${kind}` })
    .click();
  const [download] = await Promise.all([
    steps.page.waitForEvent('download'),
    offer(id, kind).getByRole('button', { name: 'Save' }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

const offer = (id: string, kind: string): Locator =>
  steps.page.locator('.toast', { hasText: `${steps.name} ${id}.${kind.toLowerCase()} is ready.` });

it('each picture is saved as SVG with its marks and as PNG', async () => {
  await open();
  const svg = await saved('swarm', 'SVG');
  assert.equal(svg.name, `${steps.name} swarm.svg`);
  const text = svg.bytes.toString();
  assert.equal(text.match(/<circle/g)?.length, 3 * ROWS, 'every dot');
  for (const word of ['Value of the feature', 'Output', 'yes', 'Adds to yes'])
    assert.ok(text.includes(`>${word}`), word);
  assert.doesNotMatch(text, /var\(|currentColor| class=| style=|<button|SVG</, 'it stands alone');

  const png = await saved('heatmap', 'PNG');
  assert.equal(png.name, `${steps.name} heatmap.png`);
  assert.deepEqual([...png.bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  const width = png.bytes.readUInt32BE(16);
  const box = await drawn('heatmap').boundingBox();
  assert.ok(Math.abs(width - 2 * (box!.width + 24)) <= 4, `${width} pixels for ${box!.width}`);
});

it('a cell that asks for itself gets an offer and no file; a copy goes to the clipboard', async () => {
  const { page } = steps;
  let downloads = 0;
  page.on('download', () => (downloads += 1));
  const itself = `const e = display(shap.bar(explanation)); for (let i = 0; i < 9; i++) e.querySelector('[title="Save or copy as SVG"]').click();`;
  await steps.open(NOTEBOOK.replace("shap.bar(explanation, { output: 'no' })", itself));
  await offer('pinned', 'SVG').waitFor();
  assert.equal(await page.locator('.toast').count(), 1, 'one offer at a time');

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await drawn('heatmap').hover();
  await drawn('heatmap').getByRole('button', { name: 'Save this picture as PNG' }).click();
  await offer('heatmap', 'PNG').getByRole('button', { name: 'Copy' }).click();
  await page.locator('.toast', { hasText: 'Copied as PNG.' }).waitFor();
  const types = await page.evaluate(async () => (await navigator.clipboard.read()).flatMap((item) => [...item.types]));
  assert.deepEqual(types, ['image/png']);
  assert.equal(downloads, 0);
});
