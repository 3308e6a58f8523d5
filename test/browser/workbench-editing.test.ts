/** Writing: completion, what is wrong before anything runs, keys, and the history. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { NOTEBOOK } from './workbench-project.ts';
import { openSteps } from './workbench-steps.ts';

const steps = await openSteps();
const { open, openAndRun, cell, status, press, retype, onDisk } = steps;

describe('writing cells', () => {
  test('completes methods, their parameters and values, and the columns of data sets', async () => {
    const { page } = steps;
    await openAndRun();
    const options = page.locator('.cm-tooltip-autocomplete li');
    const option = (label: string): Locator =>
      options.filter({ has: page.locator('.cm-completionLabel', { hasText: new RegExp(`^${label}$`) }) });
    await retype('counted', 'const counted = await ');
    await page.keyboard.type('slow.');
    await option('count').click();
    // The list of parameters opens by itself, those that must be given first.
    await option('to').waitFor();
    assert.match(await options.first().innerText(), /^to\s*integer$/);
    await options.first().click();
    await page.keyboard.type('4, wa');
    await option('to').waitFor({ state: 'detached' });
    await option('way').click();
    await option('down').click();
    await press('Shift+Enter');
    await status('counted', 'done');
    await onDisk(/const counted = await slow\.count\(\{ to: 4, way: 'down' \}\)/);
    await retype('tall', '');
    await page.keyboard.type("trees.column('he");
    await option('height').waitFor();
    await press('Escape');
    await retype('tall', '');
    await page.keyboard.type("slow.count({ way: '");
    await option('down').waitFor();
    // Also what the notebook does not name yet: how else would it be found.
    await press('Escape');
    await retype('tall', '');
    await page.keyboard.type('datasets.');
    await option('describe').waitFor();
  });

  test('says before it runs that a method, parameter, value or type is wrong, and where', async () => {
    await openAndRun();
    const warning = cell('counted').locator('.cell-warning');
    const underlined = cell('counted').locator('.cm-lintRange-warning');
    const cases: readonly [code: string, says: RegExp, at: string][] = [
      ['slow.count({ way: 1, to: 2 })', /way should be one of "up", "down"/, '1'],
      ["slow.count({ to: 'ten' })", /to should be an integer, and is text/, "'ten'"],
      ['slow.count({ to: 2.5 })', /to should be a whole number/, '2.5'],
      ['slow.count({ to: 0 })', /to should be at least 1/, '0'],
      ['slow.count({\n  way: "up",\n})', /to is missing\. line 1/, 'count'],
      ['slow.count({\n  to: 1,\n  pawse: 1 })', /pawse is no parameter\. There is to, pause, way\. line 3/, 'pawse'],
      ['slow.cuont({ to: 1 })', /slow has no method cuont\. There is count\./, 'cuont'],
      ['slow.count({ to: trees })', /to should be an integer, and is a table/, 'trees'],
    ];
    for (const [code, says, at] of cases) {
      await retype('counted', code);
      await warning.filter({ hasText: says }).waitFor();
      assert.equal(await underlined.innerText(), at, code);
    }
    for (const right of ['slow.count({ to: b, ...{} })', 'slow.count({ to: a + 1, way: `up` })']) {
      await retype('counted', right);
      await warning.waitFor({ state: 'detached' });
    }
    await retype('counted', 'const counted = unheard + 1;');
    await cell('counted').locator('.cm-lintRange-error', { hasText: 'unheard' }).waitFor();
    assert.match(
      await cell('counted').locator('.cell-error').innerText(),
      /unheard is not defined[\s\S]*CELL_NAME_UNKNOWN/,
    );
    assert.equal(await cell('counted').getAttribute('data-status'), 'stale');
    await retype('b', 'const b = a;\nconst c: = 3;');
    await cell('b').locator('.cell-error', { hasText: 'line 2' }).waitFor();
  });

  test('a data set and a plugin that the notebook does not name are let in with one click each', async () => {
    const { page } = steps;
    await open(NOTEBOOK.replace('uses: [slow.count]', 'uses: []').replace('datasets: [trees]', 'datasets: []'));
    await cell('tall').getByRole('button', { name: 'Let this notebook use the data set trees' }).click();
    await status('tall', 'done');
    await cell('counted').getByRole('button', { name: 'Let this notebook use slow.count' }).click();
    await status('counted', 'done');
    await onDisk(/uses: \[slow\.count\]\ndatasets: \[trees\]/);
    assert.equal(await page.locator('.cell-error').count(), 0);
  });

  test('keys: the list of them, arrows over cells and edges, Escape out, and a focus that is seen', async () => {
    const { page } = steps;
    await openAndRun();
    await press('?');
    const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await list.getByText('Run and go on').waitFor();
    await press('Escape');
    await list.waitFor({ state: 'detached' });
    const selected = (): Promise<string | null> => page.locator('[data-selected="true"]').getAttribute('data-key');
    await press('ArrowDown', 'ArrowDown');
    assert.equal(await selected(), 'cell:a');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-key')), 'cell:a');
    await press('Enter');
    await cell('a').locator('.cm-focused').waitFor();
    await press('Escape');
    assert.equal(await cell('a').getAttribute('data-editing'), 'false');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-key')), 'cell:a');
    await press('Enter', 'ArrowDown');
    assert.equal(await selected(), 'cell:b');
    await press('ArrowUp', 'ArrowUp', 'ArrowUp');
    assert.equal(await selected(), 'text:0');
    await press('a');
    await page.keyboard.type('const first = 1;');
    await press('Alt+Enter');
    await page.keyboard.type('first + 1');
    await press('Control+Enter');
    const done = page.locator('[data-status="done"]');
    await page.locator('.cell').nth(0).and(done).waitFor();
    await page.locator('.cell').nth(1).and(done).waitFor();
    await onDisk(/```ts id=\w+\nconst first = 1;\n```\n\n```ts id=\w+\nfirst \+ 1\n```\n\n# A walk/);
  });

  test('undo and redo go from the editor into the notebook’s own history', async () => {
    const { page } = steps;
    await openAndRun();
    await press('j', 'j', 'j', 'd', 'd');
    await cell('b').waitFor({ state: 'detached' });
    await cell('a').locator('.cm-content').click();
    await press('End');
    await page.keyboard.type(' // typed');
    await press('ControlOrMeta+z');
    await cell('a')
      .locator('.cm-line', { hasText: /^const a = 20;$/ })
      .waitFor();
    await press('ControlOrMeta+z');
    await cell('b').waitFor();
    await press('ControlOrMeta+y');
    await cell('b').waitFor({ state: 'detached' });
    await press('z');
    await cell('b').waitFor();
    assert.equal(await onDisk(/const b = a \+ 1;/), NOTEBOOK);
  });

  test('text is saved while it is typed, and its history is the notebook’s', async () => {
    const { page } = steps;
    await openAndRun();
    await press('j', 'Enter');
    await page.locator('.text-editor .cm-focused').waitFor();
    await press('ControlOrMeta+End');
    await page.keyboard.type('\n\nMore of them.');
    await onDisk(/Some words before the cells\.\n\nMore of them\./);
    assert.equal(await page.locator('.text-editor').count(), 1);
    await page.keyboard.type('\n```ts\nconst half');
    await page.keyboard.type('Open = 1;\n```');
    await press('Escape');
    await page.locator('.cell', { hasText: 'halfOpen' }).waitFor();
    await press('z');
    await page.locator('.cell', { hasText: 'halfOpen' }).waitFor({ state: 'detached' });
    await onDisk(/More of them\.\n\n```ts id=a/);
  });
});
