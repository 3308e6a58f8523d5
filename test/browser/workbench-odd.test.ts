/** Files and values that nobody hopes for: each gets its error or its display, and the page stays whole. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openSteps } from './workbench-steps.ts';

const steps = await openSteps();
const { work, open, cell, frame, status, press, onDisk } = steps;
const fence = '```';
const ts = (id: string, code: string): string => `${fence}ts id=${id}\n${code}\n${fence}\n\n`;

describe('odd files', () => {
  test('an empty file, and one without front matter, can be written on', async () => {
    const { page } = steps;
    await open('');
    await press('b');
    await page.locator('.cell .cm-focused').waitFor();
    await page.keyboard.type('const a = 1;');
    await press('Control+Enter');
    await onDisk(/^```ts id=(\w+)\nconst a = 1;\n```\n$/);
    await page.locator('.cell[data-status="done"]').waitFor();
  });

  test('broken ones say what is wrong and where, and can be mended in place', async () => {
    const { page } = steps;
    const broken: readonly [source: string, says: RegExp][] = [
      ['---\ntitle: x\n', /The front matter is not closed[\s\S]*line 1/],
      ['---\nuses: 7\n---\n', /`uses` is not a list[\s\S]*line 2/],
      ['---\ntitle: [\n---\n', /NOTEBOOK_INVALID/],
      [`${ts('a', '1')}${ts('a', '2')}`, /Two cells have the id a\.[\s\S]*line 5/],
      ['words\n\n```ts id=a\nconst a = 1;\n', /The code fence ``` is not closed\.[\s\S]*line 3/],
    ];
    for (const [source, says] of broken) {
      await work.write(steps.file, source);
      await page.goto(`${work.url}/notebooks/${encodeURIComponent(steps.name)}`);
      const failure = page.locator('.failure');
      await failure.waitFor();
      assert.match(await failure.innerText(), says);
    }
    await page.locator('.repair .cm-lintRange-error').first().waitFor();
    await page.locator('.repair .cm-content').click();
    await press('ControlOrMeta+End');
    await page.keyboard.type('```\n');
    await page.getByRole('button', { name: 'Save and open' }).click();
    await status('a', 'done');
    await onDisk(/const a = 1;\n```/);
  });

  test('unknown plugins and data sets, names taken twice and circles fail where they stand; the rest runs', async () => {
    const { page } = steps;
    await open(
      `---\nuses: [ghost.walk]\ndatasets: [nowhere]\n---\n\n${ts('a', 'const a = 1;')}${ts('again', 'const a = 2;')}` +
        `${ts('x', 'const x = y;')}${ts('y', 'const y = x;')}${ts('g', 'const g = await ghost.walk({});')}` +
        `${ts('n', 'const n = nowhere.numRows;')}${ts('größe', 'const größe = a + 1;').replace('id=größe', 'id=size')}`,
    );
    const says = async (id: string, what: RegExp): Promise<void> => {
      await cell(id).locator('.cell-error', { hasText: what }).waitFor();
    };
    await says('again', /a is defined by the cell a[\s\S]*CELL_NAME_TAKEN/);
    await says('x', /x → y → x is a circle[\s\S]*CELL_CYCLE/);
    await says('g', /METHOD_NOT_FOUND/);
    await says('n', /nowhere/);
    await status('a', 'done');
    await status('size', 'done');
    await cell('size').locator('.rail', { hasText: 'größe' }).waitFor();
    assert.equal(await page.locator('.failure').count(), 0);
  });

  test('a file with CRLF keeps it', async () => {
    const { page } = steps;
    await open(`# Title\r\n\r\n${ts('a', 'const a = 1;').replaceAll('\n', '\r\n')}`);
    await status('a', 'done');
    await cell('a').locator('.cm-content').click();
    await press('ControlOrMeta+End');
    await page.keyboard.type('\nconst b = 2;');
    const text = await onDisk(/const b = 2;/);
    assert.equal(text.replaceAll('\r\n', '').includes('\n'), false);
  });
});

test('prose: tasks have one box each, and each paragraph runs the way its letters do', async () => {
  const { page } = steps;
  await open('# Prose\n\n- [ ] to weigh\n- [x] weighed\n\n- [ ] loose\n\n- [x] looser\n\nשלום עולם.\n\nHello.\n');
  const items = page.locator('.prose li');
  await items.nth(3).waitFor();
  assert.deepEqual(
    (await items.allInnerTexts()).map((text) => text.trim()),
    ['to weigh', 'weighed', 'loose', 'looser'],
  );
  assert.deepEqual(
    await items.locator('input').evaluateAll((boxes) => boxes.map((box) => (box as HTMLInputElement).checked)),
    [false, true, false, true],
  );
  const stopIsRight = await page.locator('.prose > p').evaluateAll((paragraphs) =>
    paragraphs.map(({ firstChild }) => {
      const at = (place: number): number => {
        const range = document.createRange();
        range.setStart(firstChild!, place);
        range.setEnd(firstChild!, place + 1);
        return range.getBoundingClientRect().left;
      };
      return at(firstChild!.textContent!.length - 1) > at(0);
    }),
  );
  assert.deepEqual(stopIsRight, [false, true], 'the full stop ends the sentence');
});

describe('odd values', () => {
  const VALUES: readonly [id: string, code: string, shows: RegExp][] = [
    ['nan', 'const v1 = [NaN, Infinity, -0, 12n];', /NaN.*Infinity.*-0.*12n/],
    ['date', 'const v2 = new Date(0);', /1970-01-01/],
    ['map', "const v3 = new Map([['k', new Set([1])]]);", /map 1/],
    ['long', "const v4 = 'x'.repeat(20_000_000);", /"x{50,}" … 19,998,000 characters more/],
    ['many', 'const v5 = Array.from({ length: 300_000 }, (_, i) => i);', /array 300000/],
    ['deep', 'let v6: unknown = 1; for (let i = 0; i < 900; i++) v6 = [v6];', /array 1|VALUE_UNSUPPORTED/],
    ['nul', 'const v7 = null; const v8 = undefined;', /v7 = null/],
    ['lone', "const v9 = '\\ud800';", /VALUE_UNSUPPORTED|ud800/],
  ];
  const FAILS: readonly [id: string, code: string, says: RegExp][] = [
    ['cyclic', 'const c: any = {}; c.self = c;', /VALUE_UNSUPPORTED/],
    ['getter', "const g = { get x() { throw new Error('from the getter'); } };", /getter|VALUE_UNSUPPORTED/],
    ['klass', 'class K {}; const k = new K();', /VALUE_UNSUPPORTED/],
    ['symbol', "const s = Symbol('s');", /VALUE_UNSUPPORTED/],
    ['thrown', 'throw null;', /null/],
    ['rejected', 'const r = await Promise.reject({ odd: true });', /CELL_FAILED/],
    ['proxy', "const p = new Proxy({}, { ownKeys() { throw new Error('trap'); } });", /trap|VALUE_UNSUPPORTED/],
    ['stack', 'const f = (n: number): number => f(n + 1) + 1; const st = f(0);', /CELL_FAILED/],
  ];

  test('are shown, or refused with their code, and nothing else suffers', async () => {
    await open([...VALUES, ...FAILS].map(([id, code]) => ts(id, code)).join('') + ts('last', 'const last = 7;'));
    await status('last', 'done');
    for (const [id, , shows] of VALUES) {
      await cell(id).and(steps.page.locator('[data-status="done"], [data-status="failed"]')).waitFor();
      const failed = (await cell(id).getAttribute('data-status')) === 'failed';
      const shown = failed
        ? await cell(id).locator('.cell-error').innerText()
        : (await frame().locator(`.slot[data-cell="${id}"]`).innerText()).replaceAll(/x{50,}/g, 'x'.repeat(50));
      assert.match(shown.replaceAll('\n', ' '), shows, id);
    }
    for (const [id, , says] of FAILS) {
      await status(id, 'failed');
      assert.match(await cell(id).locator('.cell-error').innerText(), says, id);
    }
  });

  test('long texts and very many drawings come in portions; the page stays as long as what is looked at', async () => {
    await open(
      ts('text', "const text = 'word '.repeat(10_000);") +
        `${fence}js id=lines view\nfor (let i = 0; i < 1200; i++) display('line ' + i)\n${fence}\n\n` +
        ts('last', 'const last = 1;'),
    );
    await status('last', 'done');
    const slot = (id: string) => frame().locator(`.slot[data-cell="${id}"]`);
    await slot('text').getByRole('button', { name: '… 48,000 characters more' }).click();
    await slot('text').getByRole('button', { name: '… 28,000 characters more' }).waitFor();
    assert.equal(await slot('lines').locator('.value').count(), 500);
    await slot('lines').getByRole('button', { name: '700 more' }).click();
    await slot('lines').getByRole('button', { name: '200 more' }).click();
    assert.equal(await slot('lines').locator('.value').count(), 1200);
    assert.equal(await slot('lines').getByRole('button').count(), 0);
  });

  test('a million rows, from SQL and from code, scroll to the last', async () => {
    const { page } = steps;
    await open(
      `${fence}sql id=q name=q\nSELECT range AS i, range * 2 AS twice FROM range(1000000)\n${fence}\n\n` +
        ts('t', 'const t = Table.fromColumns({ n: Float64Array.from({ length: 1_000_000 }, (_, i) => i / 2) });'),
    );
    for (const [id, last] of [
      ['q', '999999'],
      ['t', '499999.5'],
    ] as const) {
      await status(id, 'done');
      const table = frame().locator(`.slot[data-cell="${id}"] .scroll`);
      await table.locator('[role=cell]').first().waitFor();
      await table.evaluate((box) => box.scrollTo(0, box.scrollHeight));
      const row = table.getByText(last, { exact: true });
      await row.waitFor();
      const [inside, around] = [await row.boundingBox(), await table.boundingBox()];
      assert(inside && around && inside.y + inside.height <= around.y + around.height + 1);
      assert((await table.locator('[role=row]').count()) < 80);
    }
    assert.equal(await page.locator('.cell-error').count(), 0);
  });

  test('three hundred cells: only those in sight have an editor, and what is typed into the last is kept', async () => {
    const { page } = steps;
    const cells = Array.from({ length: 300 }, (_, i) => ts(`c${i}`, `const c${i} = ${i === 0 ? 1 : `c${i - 1} + 1`};`));
    await open(cells.join('More words.\n\n'));
    await status('c299', 'done');
    assert((await page.locator('.cm-editor').count()) < 60);
    await cell('c299').scrollIntoViewIfNeeded();
    await cell('c299').locator('.cm-content').click();
    await press('ControlOrMeta+End');
    await page.keyboard.type(' // one two three four five six');
    await onDisk(/five six/);
  });
});
