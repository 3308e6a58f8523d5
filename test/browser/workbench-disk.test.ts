/** The file, other programs, other tabs, and a kernel that goes away: nothing that was written is lost. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOTEBOOK } from './workbench-project.ts';
import { openSteps } from './workbench-steps.ts';

const steps = await openSteps();
const { work, openAndRun, cell, status, press, retype, onDisk } = steps;
const THEIRS = NOTEBOOK.replace('a = 20', 'a = 40');

/** A save that another program was faster than. */
async function conflict(theirs: string): Promise<void> {
  const { page } = steps;
  await openAndRun();
  await page.route('**/api/v1/notebooks/**', async (route) => {
    if (route.request().method() === 'PUT') await work.write(steps.file, theirs);
    await route.continue();
  });
  await retype('b', 'const b = a + 5;');
  await page.locator('.conflict').waitFor();
  await page.unrouteAll();
}

describe('the file on disk', () => {
  test('a change by another program is taken up, and undo takes it back', async () => {
    await openAndRun();
    await work.write(steps.file, THEIRS);
    await cell('a').locator('.cm-line', { hasText: 'const a = 40;' }).waitFor();
    await status('b', 'stale');
    await press('z');
    await onDisk(/const a = 20;/);
  });

  test('a change on both sides is asked about; mine stands, and undo brings theirs', async () => {
    const { page } = steps;
    await conflict(THEIRS);
    const banner = page.locator('.conflict');
    await banner.getByRole('button', { name: 'Show differences' }).click();
    assert.match(await banner.locator('.diff').innerText(), /− const a = 40;\s+\+ const a = 20;/);
    await banner.getByRole('button', { name: 'Keep mine' }).click();
    await onDisk(/const a = 20;[\s\S]*const b = a \+ 5;/);
    await banner.waitFor({ state: 'detached' });
    await press('Escape', 'z');
    await onDisk(/const a = 40;[\s\S]*const b = a \+ 1;/);
    await press('Z');
    await onDisk(/const a = 20;[\s\S]*const b = a \+ 5;/);
  });

  test('… theirs stands, and undo brings mine', async () => {
    const { page } = steps;
    await conflict(THEIRS);
    await page.getByRole('button', { name: 'Take theirs' }).click();
    await cell('b').locator('.cm-line', { hasText: 'const b = a + 1;' }).waitFor();
    assert.equal(await work.read(steps.file), THEIRS);
    await press('Escape', 'z');
    await onDisk(/const a = 20;[\s\S]*const b = a \+ 5;/);
  });

  test('a file that is no notebook any more is not taken up, and one that is gone can be written again', async () => {
    const { page } = steps;
    await openAndRun();
    await work.write(steps.file, '---\ntitle: [\n---\n');
    await page.getByText('The file on disk is no notebook any more.').waitFor();
    await page.getByRole('button', { name: 'Keep mine' }).click();
    assert.equal(await onDisk(/A walk/), NOTEBOOK);
    await work.remove(steps.file);
    await page.getByText('The file is gone from the disk').waitFor();
    await page.getByRole('button', { name: 'Keep mine' }).click();
    assert.equal(await onDisk(/A walk/), NOTEBOOK);
  });

  test('two tabs show one notebook', async () => {
    await openAndRun();
    const other = await work.tab();
    await other.goto(steps.page.url());
    await other.locator('.cell[data-key="cell:counted"][data-status="done"]').waitFor();
    await retype('a', 'const a = 7;');
    await other.locator('.cell[data-key="cell:a"] .cm-line', { hasText: 'const a = 7;' }).waitFor();
    await other.locator('.cell[data-key="cell:b"] .cm-content').click();
    await other.keyboard.press('ControlOrMeta+a');
    await other.keyboard.insertText('const b = a + 2;');
    await cell('b').locator('.cm-line', { hasText: 'const b = a + 2;' }).waitFor();
    await onDisk(/const a = 7;[\s\S]*const b = a \+ 2;/);
    assert.equal(await steps.page.locator('.conflict').count(), 0);
    await other.close();
  });

  test('a kernel that dies and comes back: the page says so, keeps what is written, and goes on', async () => {
    const { page } = steps;
    await openAndRun();
    const restart = await work.kill();
    await page.getByText('The kernel does not answer.').waitFor();
    await retype('a', 'const a = 50;');
    await page.locator('.sheet-saving', { hasText: 'Not saved' }).waitFor();
    await page.keyboard.type(' // away');
    assert.match(await work.read(steps.file), /const a = 20;/);
    await restart();
    await onDisk(/const a = 50; \/\/ away/);
    await page.getByText('The kernel does not answer.').waitFor({ state: 'detached' });
    await press('Control+Enter');
    await status('counted', 'done');
    await cell('b').locator('.rail', { hasText: '51' }).waitFor();
  });

  test('what was read before a save landed does not take it back', async () => {
    const { page } = steps;
    await openAndRun();
    const { promise: read, resolve: hasRead } = Promise.withResolvers<void>();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    await page.route('**/api/v1/notebooks/**', async (route) => {
      if (route.request().method() !== 'GET') return route.continue();
      const response = await route.fetch();
      hasRead();
      await held;
      await route.fulfill({ response });
    });
    await page.evaluate(() => dispatchEvent(new Event('assay:gap')));
    await read;
    await retype('a', 'const a = 70;');
    await onDisk(/const a = 70;/);
    await page.locator('.sheet-saving', { hasText: 'Saved' }).waitFor();
    const again = page.waitForResponse((response) => response.request().method() === 'GET');
    release();
    await again;
    await page.unrouteAll({ behavior: 'wait' });
    await press('Control+Enter');
    await cell('b').locator('.rail', { hasText: '71' }).waitFor();
    assert.match(await work.read(steps.file), /const a = 70;/);
  });

  test('what was written while the kernel was away outlives the page', async () => {
    const { page } = steps;
    await openAndRun();
    await page.route('**/api/v1/notebooks/**', (route) =>
      route.request().method() === 'PUT' ? route.abort() : route.continue(),
    );
    await retype('a', 'const a = 60;');
    await page.locator('.sheet-saving', { hasText: 'Not saved' }).waitFor();
    await page.unrouteAll();
    await page.reload();
    await page.getByText('Brought back what was not saved last time.').waitFor();
    await onDisk(/const a = 60;/);
  });
});
