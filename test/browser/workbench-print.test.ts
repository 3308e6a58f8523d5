/** On paper the ink is dark, also where the screen is: what cells draw lies in a frame of its own, which knows nothing of printing. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openSteps } from './workbench-steps.ts';

const SOURCE = `# On paper

Words, \${1 + 1} of them.

\`\`\`js id=drawn view
html\`<p class=drawn>\${String(dark)}</p>\`
\`\`\`
`;
const INK = 'rgb(28, 27, 25)';
const steps = await openSteps();

it('a dark page is printed in dark ink on white, by the browser and by the page itself', async () => {
  const { page } = steps;
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.addInitScript(() => self === top && localStorage.setItem('assay.theme', 'dark'));
  await steps.open(SOURCE);
  await steps.status('drawn', 'done');
  const prose = steps.frame().locator('.prose p').first();
  const ink = (): Promise<string> => prose.evaluate((element) => getComputedStyle(element).color);
  const drawn = steps.frame().locator('p.drawn');
  await drawn.filter({ hasText: 'true' }).waitFor();
  assert.notEqual(await ink(), INK);

  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  assert.equal(await ink(), INK);
  const code = page.locator('.cell-code').first();
  assert.equal(await code.evaluate((element) => getComputedStyle(element).color), INK);
  await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });

  await page.evaluate(() => {
    window.print = () => void (document.title = 'printed');
  });
  await steps.press('ControlOrMeta+p');
  await page.waitForFunction(() => document.title === 'printed');
  await drawn.filter({ hasText: 'false' }).waitFor();
  assert.equal(await ink(), INK);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await drawn.filter({ hasText: 'true' }).waitFor();
});
