/** Whatever a view cell draws can be taken along as a picture, from the drawing or by name; how sure an estimate is stands in the drawings. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import type { Download, Locator } from 'playwright-core';
import { openSteps } from './workbench-steps.ts';

const cell = (id: string, code: string): string => `\`\`\`js id=${id} view\n${code}\n\`\`\`\n\n`;
const SOURCE = `---
title: Figures
uses: [shap.explain]
---
${cell('plot', `Plot.plot({ width: 300, height: 90, clip: true, color: { legend: true }, marks: [Plot.dot([[1, 2, 'one'], [2, 9, 'other']], { fill: '2', tip: true }), Plot.line([[1, 2], [2, 9]], { marker: 'arrow' })] })`)}
${cell('made', 'html`<div>A <b>word</b>${svg`<svg width="80" height="20"><defs><linearGradient id="fade"><stop offset="0" stop-color="red"/><stop offset="1" stop-color="blue"/></linearGradient></defs><rect width="80" height="20" fill="url(#fade)"/></svg>`}</div>`')}
${cell('pixels', `const c = document.createElement('canvas'); c.width = 30; c.height = 70; c.getContext('2d').fillRect(0, 0, 30, 70); display(c);`)}
${cell('words', 'html`<p>Only words</p>`')}
${cell('value', '({ a: 1 })')}
\`\`\`ts id=explanation name=explanation
(() => {
  const rows = 30;
  const part = (scale, shift) => Float64Array.from({ length: rows * 2 }, (_, i) => shift + scale * Math.sin(i * 12.9898));
  const a = Float64Array.from({ length: rows }, (_, i) => i);
  return {
    values: { $: 'tensor', shape: [rows, 2], data: part(1, 0) }, standardErrors: { $: 'tensor', shape: [rows, 2], data: part(0.02, 0.1) },
    base: 1, names: ['a', 'b'], outputs: ['y'], data: Table.fromColumns({ a, b: a }), meta: { method: 'permutation', space: 'output', link: 'none' },
  };
})()
\`\`\`

${['bar', 'beeswarm', 'dependence', 'force', 'waterfall', 'decision', 'heatmap'].map((kind) => cell(kind, `shap.${kind}(explanation)`)).join('')}`;

const steps = await openSteps();
const drawn = (id: string): Locator => steps.frame().locator(`[data-cell=${id}]`);
const open = async (): Promise<void> => {
  await steps.open(SOURCE);
  await drawn('heatmap').locator('svg').first().waitFor();
};
const textOf = async (download: Download): Promise<string> => readFile(await download.path(), 'utf8');

async function saved(id: string): Promise<string> {
  await drawn(id).hover();
  await drawn(id).getByRole('button', { name: 'Save this picture as SVG' }).click();
  const offer = steps.page.locator('.toast', { hasText: `${steps.name} ${id}.svg is ready.` });
  const [download] = await Promise.all([
    steps.page.waitForEvent('download'),
    offer.getByRole('button', { name: 'Save' }).click(),
  ]);
  return textOf(download);
}

it('a chart, markup and pixels each become a picture; words and values alone offer none', async () => {
  await open();
  const plot = await saved('plot');
  assert.match(plot, /^<svg [^>]*width="324"/, 'as wide as the chart, not as the cell');
  assert.match(
    plot,
    /<clipPath id="([\w-]+)"[\s\S]*clip-path="url\(&quot;#\1&quot;\)"/,
    'what is cut off stays cut off',
  );
  assert.match(plot, /<marker [^>]*id="([\w-]+)"[\s\S]*marker-start="url\(&quot;#\1&quot;\)"/);
  assert.match(plot, />one<[\s\S]*>other</, 'its legend');
  assert.doesNotMatch(plot, /var\(|currentColor|light-dark|SVG</);

  const made = await saved('made');
  assert.match(made, /<linearGradient id="fade"><stop offset="0" [^>]*stop-color="rgb\(255, 0, 0\)"/);
  assert.match(made, /fill="url\(&quot;#fade&quot;\)"/);
  assert.match(made, />word</);

  assert.match(await saved('pixels'), /<image [^>]*href="data:image\/png;base64,/);
  for (const id of ['words', 'value']) assert.equal(await drawn(id).getByRole('button').count(), 0, id);
});

it('a chart has the page’s own colours for categories, and a name', async () => {
  await open();
  const chart = drawn('plot').locator('svg[role=img]');
  assert.match((await chart.getAttribute('aria-label')) ?? '', /^Chart/);
  const fills = await chart
    .locator('circle')
    .evaluateAll((circles) => circles.map((circle) => getComputedStyle(circle).fill));
  assert.deepEqual(fills, ['rgb(59, 111, 182)', 'rgb(200, 80, 45)']);
  assert.equal(await drawn('plot').locator('[class*="-swatches"]').count(), 1);
});

it('the selected cell’s picture is taken by name, without going into the frame', async () => {
  const { page } = steps;
  await open();
  await steps.cell('plot').locator('.cm-content').click();
  await steps.press('Escape');
  const choose = async (what: string): Promise<void> => {
    await steps.press('ControlOrMeta+k');
    await page.getByRole('combobox', { name: 'Search or do anything' }).fill(what);
    await page.getByRole('option', { name: what }).first().waitFor();
    await steps.press('Enter');
  };
  const [download] = await Promise.all([page.waitForEvent('download'), choose('Save the picture as PNG')]);
  assert.equal(download.suggestedFilename(), `${steps.name} plot.png`);
  assert.deepEqual([...(await readFile(await download.path())).subarray(1, 4)], [0x50, 0x4e, 0x47]);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await choose('Copy the picture');
  await page.locator('.toast', { hasText: 'Copied as PNG.' }).waitFor();
});

it('intervals of estimates stand in the drawings, at what is pointed at, and in words', async () => {
  await open();
  const said = async (id: string): Promise<string> =>
    (await drawn(id).locator('[role=img]').getAttribute('aria-label')) ?? '';
  for (const id of ['bar', 'force', 'waterfall']) {
    assert.match(await said(id), /[ab][^,.]* \d\.\d+ ± 0\.[12]\d?[\s\S]*± is a 95 % interval\.$/, id);
    assert.equal(await drawn(id).getByText('95 % interval', { exact: false }).count(), 1, id);
  }
  for (const id of ['beeswarm', 'dependence', 'decision', 'heatmap'])
    assert.match(await said(id), /95 % intervals reach 0\.\d+ to either side on average/, id);
  assert.equal(
    await drawn('dependence').locator('path[stroke-opacity="0.28"]').count(),
    1,
    'of few rows all are drawn',
  );

  const whiskers = drawn('beeswarm').locator('g > path[stroke=currentColor]');
  assert.equal(await whiskers.count(), 0);
  await drawn('beeswarm').locator('[aria-label=dot] circle').nth(3).hover({ force: true });
  await whiskers.first().waitFor();
  assert.match(await drawn('beeswarm').locator('[data-passing]').innerText(), /adds −?\d\.\d+ ± 0\.\d\d \(95 %\)/);
  await drawn('dependence').hover();
  await whiskers.first().waitFor({ state: 'detached' });
});
