/** Keys in the workbench: changed, revoked with a reason, tags begun under a master key that is saved first; by keyboard, and with errors. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseMaster } from '../../kernel/common/keys/master.ts';
import { openSteps } from './workbench-steps.ts';

const steps = await openSteps();
const rows = (state: string) => steps.page.locator(`.keys-row[data-state="${state}"]`);

test('keys are changed, revoked and made for tags; each change is a receipt that the page links', async () => {
  const { page, work } = steps;
  await page.goto(`${work.url}/receipts`);
  await page.getByRole('link', { name: 'Keys' }).click();
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
  await page.getByText('Nothing yet. Each change of a key').waitFor();
  assert.deepEqual([await rows('signs').count(), await rows('signed').count()], [1, 0]);
  assert.equal(await page.getByRole('button', { name: /^Revoke/ }).count(), 0, 'the log’s own key can’t be revoked');

  // By keyboard alone.
  const change = page.getByRole('button', { name: 'Change the key …' });
  await change.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('signs seals from the next receipt on').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await change.and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await dialog.getByLabel('Reason').and(page.locator(':focus')).fill('a new year');
  await page.keyboard.press('Enter');
  await rows('signed').waitFor();
  await page.getByRole('link', { name: /signs seals from here on: a new year/ }).waitFor();

  await page.getByRole('button', { name: /^Revoke seals\+/ }).click();
  await dialog.getByText('It signs now, so a new key takes its place at once.').waitFor();
  await dialog.getByRole('button', { name: 'Revoke it for good' }).click();
  await dialog.getByLabel('Reason').and(page.locator(':invalid')).waitFor();
  await dialog.getByLabel('Reason').fill('laptop <b>lost</b>');
  await dialog.getByRole('button', { name: 'Revoke it for good' }).click();
  await rows('revoked').waitFor();
  assert.match((await rows('revoked').textContent()) ?? '', /Revoked by receipt 1: laptop <b>lost<\/b>/);
  assert.deepEqual([await rows('signs').count(), await rows('signed').count()], [1, 1]);

  await page.getByRole('button', { name: 'Begin tags …' }).click();
  const begin = dialog.getByRole('button', { name: 'Begin to tag' });
  assert.equal(await begin.isDisabled(), true, 'the master key is saved first');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('link', { name: 'Save the master key' }).click(),
  ]);
  assert.equal(download.suggestedFilename(), 'assay-master-local.key');
  const master = parseMaster(await readFile(await download.path(), 'utf8'));
  await begin.click();
  await page.getByText('epoch 0').waitFor();

  await page.locator('.keys-now').getByRole('link', { name: 'receipt 2' }).click();
  await page.getByRole('heading', { level: 1, name: 'receipts are tagged from here on' }).waitFor();
  await page.goBack();
  await page.locator('.keys-reason').getByRole('link', { name: 'receipt 1' }).click();
  await page.getByRole('heading', { level: 1, name: /revoked: laptop/ }).waitFor();

  const listed = await page.evaluate(async () => (await fetch('/api/v1/keys')).text());
  const { keys, tags } = JSON.parse(listed) as { keys: { revoked: unknown }[]; tags: { working: boolean } };
  assert.deepEqual([keys.length, keys[1]!.revoked !== null, tags.working], [3, true, true]);
  assert.ok(!listed.includes(Buffer.from(master).toString('hex')));
});

test('what another did meanwhile is shown at once; what can’t be any more is refused in words', async () => {
  const { page, work } = steps;
  await page.goto(`${work.url}/keys`);
  await rows('signs').waitFor();
  await page.getByRole('button', { name: /^Revoke seals\+/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('twice');
  const revoked = await rows('signs').locator('b').textContent();
  const status = await page.evaluate(async (key) => {
    const body = JSON.stringify({ event: 'revoke', key: key!.split('+')[1], reason: 'by another' });
    return (await fetch('/api/v1/keys', { method: 'POST', body, headers: { 'content-type': 'application/json' } }))
      .status;
  }, revoked);
  assert.equal(status, 201);
  await page.locator('.keys-reason', { hasText: 'by another' }).waitFor();
  await dialog.getByRole('button', { name: 'Revoke it for good' }).click();
  const failure = dialog.locator('.failure');
  await failure.waitFor();
  assert.match((await failure.textContent()) ?? '', /revoked already.*KEY_INVALID/);
});

test('a kernel without the key says so, and offers to revoke it', async () => {
  const { page, work } = steps;
  for (const name of await readdir(work.path('.assay/keys')))
    if (name.startsWith('seal-')) await work.remove(`.assay/keys/${name}`);
  await (
    await work.kill()
  )();
  await page.goto(`${work.url}/keys`);
  await page.getByText('Its secret is not on this machine').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Change the key …' }).isDisabled(), true);
  await page
    .getByRole('button', { name: /^Revoke seals\+/ })
    .first()
    .click();
  await page.getByRole('dialog').getByLabel('Reason').and(page.locator(':focus')).fill('its file is lost');
  await page.keyboard.press('Enter');
  await page.getByText('Its secret is not on this machine').waitFor({ state: 'detached' });
});
