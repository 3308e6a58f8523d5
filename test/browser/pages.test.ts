/** How the pages look, as far as a machine can judge it: nothing scrolls sideways, every text has contrast, every control has a name. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, describe, test } from 'node:test';
import { openWorkbench } from './workbench-project.ts';

const work = await openWorkbench();
const page = await work.tab();
after(() => work.close());

const PAGES = {
  '/': '.card',
  '/notebooks/walk': '.cell[data-key="cell:drawn"][data-status="done"]',
  '/notebooks/nowhere': '.page-title',
  '/datasets': '.split-link',
  '/datasets/trees': '.table-view',
  '/plugins': '.split-link',
  '/plugins/slow': '.method-entry',
  '/plugins/slow/count': '.schema-form',
  '/receipts': '.receipts-table',
  '/keys': '.keys-row',
  '/verify': '.verify-drop',
  '/nothing/here': '.page-title',
} as const;

async function visit(path: string, ready: string): Promise<void> {
  await page.goto(work.url + path);
  await page.locator(ready).first().waitFor();
}

/** WCAG 2: relative luminance, and the ratio of two. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** What is set in which colour on which ground; AA asks 4.5 of text and 3 of what is only drawn. */
const GROUNDS = ['paper', 'raised', 'sunken'];
const TEXTS =
  'ink grey grey-2 accent gold pass near crossed unknown code-keyword code-string code-number code-name code-type code-comment';
const WASHED = { crossed: 'crossed-wash', near: 'near-wash', pass: 'pass-wash', gold: 'gold-wash' };
const DRAWN = ['negative', 'positive', 'gold-fill'];

describe('the pages', () => {
  test('the contrast of two known pairs', () => {
    assert.equal(contrast('#000000', '#ffffff'), 21);
    assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48');
  });

  for (const [theme, which] of [
    ['light', 1],
    ['dark', 2],
  ] as const)
    test(`texts pass AA on every ground, ${theme}`, async () => {
      const css = await readFile(new URL('../../workbench/styles/tokens.css', import.meta.url), 'utf8');
      const token = (name: string): string => {
        const found = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\);`).exec(css)?.[which];
        assert(found, `tokens.css has no --${name}`);
        return found;
      };
      const pairs = [
        ...TEXTS.split(' ').flatMap((text) => GROUNDS.map((ground) => [text, ground, 4.5] as const)),
        ...Object.entries(WASHED).flatMap(([text, wash]) => [[text, wash, 4.5] as const, ['grey', wash, 4.5] as const]),
        ...DRAWN.map((drawn) => [drawn, 'paper', 3] as const),
      ];
      const poor = pairs
        .map(([text, ground, least]) => ({ text, ground, least, has: contrast(token(text), token(ground)) }))
        .filter(({ has, least }) => has < least);
      assert.deepEqual(poor, []);
    });

  test('no page scrolls sideways on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const [path, ready] of Object.entries(PAGES)) {
      await visit(path, ready);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert(over <= 0, `${path} is ${over} px too wide`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('every control has a name, and headings begin at the first level', async () => {
    for (const [path, ready] of Object.entries(PAGES)) {
      await visit(path, ready);
      const tree = await page.locator('body').ariaSnapshot();
      const unnamed = tree
        .split('\n')
        .filter((line) => /^\s*- (?:button|link|textbox|combobox|checkbox|spinbutton)(?: \[[^\]]*\])*:?$/.test(line));
      assert.deepEqual(unnamed, [], `${path} has controls without a name`);
      const levels = [...tree.matchAll(/- heading "[^"]*" \[level=(\d)\]/g)].map(([, level]) => Number(level));
      if (!path.startsWith('/notebooks/walk'))
        assert.equal(levels[0], 1, `${path} begins with a heading of level ${levels[0]}`);
      assert(
        levels.every((level, i) => i === 0 || level <= levels[i - 1]! + 1),
        `${path} leaves out a level: ${levels.join(' ')}`,
      );
    }
  });

  test('on a phone a notebook opens for reading; the choice is kept', async () => {
    await page.evaluate(() => localStorage.clear());
    await page.setViewportSize({ width: 390, height: 844 });
    await visit('/notebooks/walk', '.cell');
    assert.equal(await page.locator('.cell-code').first().isVisible(), false);
    await page.locator('.sheet-reading').click();
    await page.locator('.cell-code').first().waitFor();
    await visit('/notebooks/walk', '.cell-code');
    assert.equal(await page.locator('.cell-code').first().isVisible(), true);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('the palette lies over the page, and keeps the place', async () => {
    await visit('/notebooks/walk', PAGES['/notebooks/walk']);
    await page.keyboard.press('ControlOrMeta+k');
    const palette = page.locator('.palette');
    await palette.waitFor();
    const box = await palette.boundingBox();
    assert(box && box.x > 200 && box.y > 40 && box.y + box.height < 900, 'it is in the middle of the window');
    assert.equal(await page.evaluate(() => scrollY), 0);
    await page.keyboard.press('Escape');
  });
});
