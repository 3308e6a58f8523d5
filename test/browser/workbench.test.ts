/** The workbench as a person uses it, against the real kernel: each flow from the first key to what it leaves on disk. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { NOTEBOOK } from './workbench-project.ts';
import { openSteps } from './workbench-steps.ts';

const steps = await openSteps();
const { work, open, openAndRun, cell, frame, status, press, retype, onDisk } = steps;

describe('the workbench', () => {
  test('the link leads to the gallery, and a notebook from there runs by itself', async () => {
    const { page } = steps;
    await page.goto(`${work.url}/`);
    await page.locator('.card-title a', { hasText: 'A walk' }).first().click();
    await status('counted', 'done');
    await status('drawn', 'done');
    await frame().locator('svg circle').first().waitFor();
    await frame().getByText('The sum is 41.').waitFor();
    const rail = (id: string, says: RegExp) => cell(id).locator('.rail').filter({ hasText: says });
    await rail('b', /b\s*[0-9a-f]{8}\s*21/).waitFor();
    await rail('counted', /1 receipt/).waitFor();
  });

  test('what a cell draws lies in its slot', async () => {
    await openAndRun();
    await frame().locator('svg circle').first().waitFor();
    const slot = await cell('drawn').locator('.slot').boundingBox();
    const drawing = await frame().locator('svg').first().boundingBox();
    assert(slot && drawing);
    assert(
      Math.abs(slot.x - drawing.x) < 24 &&
        drawing.y >= slot.y - 1 &&
        drawing.y + drawing.height <= slot.y + slot.height + 2,
    );
  });

  test('with the keyboard only: select, edit, run, and what reads it follows; the file is saved', async () => {
    const { page } = steps;
    await openAndRun();
    await press('j', 'j', 'Enter');
    assert.equal(await cell('a').getAttribute('data-editing'), 'true');
    await press('ControlOrMeta+a');
    await page.keyboard.type('const a = 100;');
    await status('b', 'stale');
    await press('Shift+Enter');
    await status('b', 'done');
    await frame().getByText('The sum is 201.').waitFor();
    assert.equal(await cell('b').getAttribute('data-selected'), 'true');
    await onDisk(/const a = 100;/);
  });

  test('undo takes back an edit, a deletion and a move, in the file too', async () => {
    const { page } = steps;
    await openAndRun();
    await retype('a', 'const a = 7;');
    await press('Escape', 'j', 'd', 'd');
    await cell('b').waitFor({ state: 'detached' });
    await page.getByText('Deleted a cell.').waitFor();
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
    await cell('b').waitFor();
    await press('Alt+ArrowUp');
    await page.locator('.cell').first().and(cell('b')).waitFor();
    await press('z', 'z');
    const text = await onDisk(/const a = 20;/);
    assert.equal(text, NOTEBOOK);
    await press('Z', 'Z');
    await onDisk(/const a = 7;/);
  });

  test('adds text and cells of every kind', async () => {
    const { page } = steps;
    await openAndRun();
    await press('j', 't');
    await page.locator('.text-editor .cm-content').waitFor();
    await page.keyboard.type('Words **of mine**.');
    await press('Escape');
    await page.locator('.prose strong', { hasText: 'of mine' }).waitFor();
    await press('s');
    await page.keyboard.type('SELECT count(*)::INTEGER AS n FROM trees');
    await press('Control+Enter');
    const sql = page
      .locator('.cell', { has: page.locator('select', { hasText: 'SQL' }) })
      .and(page.locator('[data-selected="true"]'));
    await sql.and(page.locator('[data-status="done"]')).waitFor();
    await onDisk(/Words \*\*of mine\*\*\.\n\n```sql id=\w+\nSELECT count/);
  });

  test('points at the line that is wrong, while it is typed and after it ran', async () => {
    await openAndRun();
    await retype('b', 'const b = a +;\n');
    await cell('b').locator('.cm-lintRange-error').waitFor();
    assert.match(await cell('b').locator('.cell-error').innerText(), /CELL_SYNTAX/);
    await retype('b', 'const b = 1;\nif (b > 0) throw new Error("on purpose");');
    await press('Control+Enter');
    await status('b', 'failed');
    const said = await cell('b').locator('.cell-error').innerText();
    assert.match(said, /on purpose/);
    assert.match(said, /line 2/);
    await cell('b').locator('.cm-lintRange-error').waitFor();
  });

  test('a method that the notebook does not name is refused, and one click lets it in', async () => {
    await open(NOTEBOOK.replace('uses: [slow.count]', 'uses: []'));
    await cell('counted').locator('.cell-error').waitFor();
    await cell('counted')
      .getByRole('button', { name: /Let this notebook use/ })
      .click();
    await status('counted', 'done');
    await onDisk(/uses: \[\s*slow(\.count)?\s*\]/);
  });

  test('seals, downloads, verifies, and sees a flipped byte', async () => {
    const { page } = steps;
    await openAndRun();
    await page.getByRole('button', { name: 'Seal', exact: true }).click();
    await page.locator('.seal-done').waitFor();
    const words = await page.locator('.seal-done svg').first().getAttribute('aria-label');
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download bundle' }).click();
    const bundle = await (await downloading).path();
    assert.equal((await readFile(bundle)).subarray(0, 2).toString(), 'PK');

    await page.goto(`${work.url}/verify`);
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'run.zip', mimeType: 'application/zip', buffer: await readFile(bundle) });
    const verdict = page.locator('.verdict');
    await verdict.and(page.locator('[data-ok="true"]')).waitFor();
    assert.equal(await verdict.locator('svg').first().getAttribute('aria-label'), words);
    assert.equal(await page.locator('.checks tr[data-ok="false"]').count(), 0);
    await page.getByText('Whom do you trust?').click();
    await page.getByRole('button', { name: 'Trust this kernel’s own log' }).click();
    await page.locator('.checks tr[data-ok="true"]', { hasText: 'SIGNER' }).waitFor();

    await page.locator('.flip select').selectOption('notebook.md');
    await page.getByLabel('Byte', { exact: true }).fill('100');
    await page.getByRole('button', { name: 'Flip one byte' }).click();
    await verdict.and(page.locator('[data-ok="false"]')).waitFor();
    await page.locator('.checks tr[data-ok="false"]', { hasText: 'FILES' }).waitFor();
    assert.match(await page.locator('.checks tr[data-ok="false"]', { hasText: 'FILES' }).innerText(), /notebook\.md/);
    assert.match((await verdict.locator('svg').first().getAttribute('aria-label')) ?? '', /^Broken/);
    await verdict.getByRole('button', { name: 'Put the byte back' }).click();
    await verdict.and(page.locator('[data-ok="true"]')).waitFor();
  });

  test('a table dropped on the page becomes a data set', async () => {
    const { page } = steps;
    await page.goto(`${work.url}/datasets`);
    await page.getByText('Trees', { exact: true }).waitFor();
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File(['town,people\nUlm,126000\nJena,111000\n'], 'Some Towns.csv', { type: 'text/csv' }));
      document
        .querySelector('.drop-zone')
        ?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    const dialog = page.getByRole('dialog');
    await dialog.locator('td', { hasText: 'Jena' }).waitFor();
    await dialog.getByRole('button', { name: 'Add some_towns' }).click();
    await page.waitForURL(/\/datasets\/some_towns$/);
    await page.locator('.table-view td', { hasText: '126000' }).waitFor();
    assert.match(await work.read('datasets/some_towns/dataset.json'), /Some Towns/);
  });

  test('a form made from the schema calls a method and leaves a receipt', async () => {
    const { page } = steps;
    await page.goto(`${work.url}/plugins/slow/count`);
    await page.getByLabel(/^to/).fill('5');
    await page.getByRole('button', { name: 'Call slow.count' }).click();
    await page.locator('.method-result').getByText('last', { exact: true }).waitFor();
    await page.locator('.method-receipt a').click();
    await page.getByText('its SHA-256, checked here').waitFor();
    await page.getByRole('heading', { name: 'slow.count' }).waitFor();
  });

  test('the palette finds pages, notebooks and methods, with the keyboard', async () => {
    const { page } = steps;
    await page.goto(`${work.url}/receipts`);
    await page.getByRole('heading', { name: 'Receipts' }).waitFor();
    await press('ControlOrMeta+k');
    await page.getByRole('combobox', { name: 'Search' }).fill('a walk');
    await page.locator('.palette-item', { hasText: 'A walk' }).first().waitFor();
    await press('Enter');
    await page.waitForURL(/\/notebooks\/(?:walk|flow)/);
  });

  test('makes a notebook, imports one, and brings a removed one back', async () => {
    const { page } = steps;
    await page.goto(`${work.url}/`);
    await page.locator('input[type=file]').setInputFiles({
      name: 'From Elsewhere.md',
      mimeType: 'text/markdown',
      buffer: Buffer.from('# Elsewhere\n\nWords.\n'),
    });
    await page.waitForURL(/From%20Elsewhere|From Elsewhere/);
    await page.getByRole('heading', { name: 'Elsewhere' }).waitFor();
    await page.goto(`${work.url}/`);
    const card = page.locator('.card', { hasText: 'Elsewhere' });
    await card.hover();
    await card.getByRole('button', { name: /trash/ }).click();
    await card.waitFor({ state: 'detached' });
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
    await card.waitFor();
    await page.getByRole('button', { name: 'New notebook' }).click();
    await page.waitForURL(/untitled/);
    await page.locator('.cell').first().waitFor();
  });

  test('a Jupyter file comes in by a drop on the gallery, and goes out by the palette', async () => {
    const { page } = steps;
    await page.goto(`${work.url}/`);
    await page.locator('.card').first().waitFor();
    await page.evaluate(() => {
      const cells = [
        { cell_type: 'markdown', source: ['# From Jupyter\n'] },
        { cell_type: 'code', source: 'const j = 6 * 7', outputs: [{ output_type: 'stream', text: 'old' }] },
      ];
      const file = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { language: 'typescript' } }, cells };
      const data = new DataTransfer();
      data.items.add(new File([JSON.stringify(file)], 'Übung 1.ipynb'));
      document
        .querySelector('.drop-zone')
        ?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    await page.getByRole('heading', { name: 'From Jupyter' }).waitFor();
    await page.locator('.cell .rail', { hasText: '42' }).waitFor();
    await press('ControlOrMeta+k');
    await page.getByRole('combobox', { name: 'Search' }).fill('ipynb');
    const downloading = page.waitForEvent('download');
    await press('Enter');
    const download = await downloading;
    assert.equal(download.suggestedFilename(), 'Übung 1.ipynb');
    const out = JSON.parse(await readFile(await download.path(), 'utf8')) as { nbformat: number; cells: object[] };
    assert.equal(out.nbformat, 4);
    assert.match(JSON.stringify(out.cells), /const j = 6 \* 7/);
  });
});
