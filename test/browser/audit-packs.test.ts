/** An audit pack by a click: two days, a file, and the page that verifies it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { readZip, writeZip } from '../../kernel/common/zip/zip.ts';
import { verifyBundle } from '../../kernel/common/verify/verify.ts';
import { openSteps } from './workbench-steps.ts';

const steps = await openSteps();

test('a period is packed, downloaded, and holds; a changed one does not', async () => {
  await steps.openAndRun();
  const { page, work } = steps;
  const today = (): string => new Date().toISOString().slice(0, 10);
  const opened = today();
  await page.goto(`${work.url}/receipts`);
  await page.locator('.packs summary').click();
  const [first, last] = [page.getByLabel('First day'), page.getByLabel('Last day')];
  assert.match(await first.inputValue(), /^\d{4}-\d{2}-01$/);
  const shown = await last.inputValue();
  assert.ok([opened, today()].includes(shown), shown);
  await page.getByRole('button', { name: 'Make the pack' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ]);
  assert.match(download.suggestedFilename(), /^pack-local-.*\.zip$/);
  const zip = new Uint8Array(await readFile(await download.path()));
  const report = await verifyBundle(zip);
  assert.deepEqual([report.ok, report.kind], [true, 'pack']);
  assert.match(new TextDecoder().decode(readZip(zip).get('index.html')), /slow\.count/);

  await page.getByRole('link', { name: 'Verify it' }).click();
  await page.getByRole('heading', { name: 'It holds' }).waitFor();
  assert.equal(await page.locator('.checks tr[data-ok="false"]').count(), 0);
  assert.equal(await page.locator('#check-REPORT[data-ok="true"]').count(), 1);
  assert.equal(await page.locator('#check-CELLS').count(), 0, 'a check that a pack does not have');
  const files = new Map(readZip(zip));
  files.set('index.html', new TextEncoder().encode('All is well.'));
  await page.locator('input[type=file]').first().setInputFiles({ name: 'forged.zip', mimeType: 'application/zip', buffer: Buffer.from(writeZip(files)) }); // prettier-ignore
  await page.getByRole('heading', { name: 'It does not hold' }).waitFor();
  assert.equal(await page.locator('#check-REPORT[data-ok="false"]').count(), 1);
});

test('a period that can’t be is refused in words', async () => {
  const { page, work } = steps;
  await page.goto(`${work.url}/receipts`);
  await page.locator('.packs summary').click();
  await page.getByLabel('Last day').fill('2999-02-01');
  await page.getByLabel('First day').fill('2999-01-01');
  await page.getByRole('button', { name: 'Make the pack' }).click();
  const failure = page.locator('.packs .failure');
  await failure.waitFor();
  assert.match((await failure.textContent()) ?? '', /has not begun yet.*PERIOD_INVALID/);
});
