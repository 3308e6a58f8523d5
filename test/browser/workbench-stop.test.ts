/** Stop ends whatever runs, and leaves a notebook that goes on. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openSteps, until } from './workbench-steps.ts';

const steps = await openSteps();
const { openAndRun, cell, frame, status, press, retype } = steps;

/** Runs the cell's new code, stops it while it runs, and sees that the notebook still works. */
async function stopIn(id: string, code: string, how: 'bar' | 'keys' = 'bar'): Promise<void> {
  const { page } = steps;
  await retype(id, code);
  await press('Control+Enter');
  await status(id, 'running');
  if (how === 'keys') await press('i', 'i');
  else await page.locator('.sheet-bar').getByRole('button', { name: 'Stop' }).click();
  await status(id, 'stopped');
}

async function goesOn(): Promise<void> {
  await retype('a', 'const a = 30;');
  await press('Control+Enter');
  await status('a', 'done');
  await status('counted', 'done');
  await frame().getByText('The sum is 61.').waitFor();
}

describe('stopping', () => {
  test('an endless loop in a value cell', async () => {
    await openAndRun();
    await stopIn('tall', 'while (true) {}\nconst tall = 1;');
    await retype('tall', 'const tall = 2;');
    await goesOn();
    await status('tall', 'done');
  });

  test('an endless loop in a view cell, with the keyboard', async () => {
    await openAndRun();
    await stopIn('drawn', 'for (;;) {}', 'keys');
    await retype('drawn', 'html`<b>well</b>`');
    await goesOn();
    await frame().locator('b', { hasText: 'well' }).waitFor();
  });

  test('a promise that never settles', async () => {
    await openAndRun();
    await stopIn('tall', 'const tall = await new Promise(() => {});');
    await retype('tall', 'const tall = 2;');
    await goesOn();
  });

  test('a join of billions', async () => {
    await openAndRun();
    await press('j', 'j', 's');
    const { page } = steps;
    const sql = page.locator('.cell[data-selected="true"]');
    await sql.locator('.cm-focused').waitFor();
    await page.keyboard.insertText(
      'SELECT count(*) FROM range(200000) a(x), range(200000) b(y) WHERE hash(x, y) % 7 = 1',
    );
    await press('Control+Enter');
    await sql.and(page.locator('[data-status="running"]')).waitFor();
    await page.locator('.sheet-bar').getByRole('button', { name: 'Stop' }).click();
    await sql.and(page.locator('[data-status="stopped"]')).waitFor();
    await press('d', 'd');
    await goesOn();
  });

  test('a long call: the kernel ends it too, and its own button ends it alone', async () => {
    const { page, work } = steps;
    await openAndRun();
    await stopIn('counted', 'const counted = await slow.count({ to: 4000, pause: 50 });');
    const none = async (): Promise<true | null> => {
      const runs = (await (await page.request.get(`${work.url}/api/v1/runs`)).json()) as unknown[];
      return runs.length === 0 ? true : null;
    };
    await until(none, () => 'the kernel still runs the call');
    await retype('counted', 'const counted = await slow.count({ to: 4000, pause: 20 });');
    await press('Control+Enter');
    const call = cell('counted').locator('.call');
    await call.filter({ hasText: /at \d+/ }).waitFor();
    await call.filter({ hasText: /left/ }).waitFor();
    assert.match((await call.getByRole('progressbar').getAttribute('aria-valuenow')) ?? '', /^\d+$/);
    // Pressed as long as a hand does, while the call gets on many times.
    await call.getByRole('button', { name: 'Cancel' }).click({ delay: 200 });
    await status('counted', 'failed');
    assert.match(await cell('counted').locator('.cell-error').innerText(), /CANCELLED/);
    await retype('counted', 'const counted = await slow.count({ to: 2 });');
    await goesOn();
  });
});
