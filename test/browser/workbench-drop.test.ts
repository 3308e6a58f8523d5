/** Files dropped on the page: a table on a notebook becomes a data set that it reads, and nothing takes the page's place. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openSteps } from './workbench-steps.ts';

const steps = await openSteps();

/** As a hand does it, over whatever lies there. Gives whether the page took it instead of leaving it to the browser. */
const drop = (selector: string, name: string, text: string): Promise<boolean> =>
  steps.page.locator(selector).evaluate(
    (target, [fileName, content]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content!], fileName!));
      const send = (type: string): boolean =>
        !target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
      send('dragenter');
      return send('dragover') && send('drop');
    },
    [name, text],
  );

it('a table on a notebook is added, named in its front matter, and read', async () => {
  const { page } = steps;
  await steps.open('---\ntitle: Homes\n---\n\n```sql id=q name=q\nSELECT sum(price) AS total FROM my_homes\n```\n');
  await steps.status('q', 'failed');
  assert.ok(await drop('.sheet', 'My homes.csv', 'price,town\n10,Århus\n32,Ribe\n'));
  const focused = page.getByRole('dialog').locator('input:focus');
  await focused.waitFor();
  assert.equal(await focused.inputValue(), 'my_homes', 'its name can be typed at once');
  await page.getByRole('dialog').getByText('2 rows in My homes.csv').waitFor();
  await page.getByRole('button', { name: 'Add my_homes' }).click();
  await steps.status('q', 'done');
  await steps.frame().locator('[data-cell=q]').getByText('42').waitFor();
  await steps.onDisk(/datasets: \[my_homes\]/);
  await steps.work.remove('datasets/my_homes/dataset.json');
});

it('what a page does not take leaves the page where it is, and says where it belongs', async () => {
  const { page, work } = steps;
  await page.goto(`${work.url}/receipts`);
  await page.getByRole('heading', { name: 'Receipts' }).waitFor();
  assert.ok(await drop('main', 'run.zip', 'zip'));
  await page.getByText('bundles on Verify').waitFor();
});
