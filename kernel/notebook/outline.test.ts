import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outline } from './outline.ts';

test('title from the front matter, first paragraph as plain words', () => {
  const source =
    '---\ntitle: "Who is paid less, and why?"\nuses: []\n---\n\n# Heading\n\n```ts id=a\nnot this\n\nnor this\n```\n\nA *real* [data set](x.csv)\nof `534` people.\n\nMore.';
  assert.deepEqual(outline(source, 'wages'), {
    title: 'Who is paid less, and why?',
    summary: 'A real data set of 534 people.',
  });
});

test('what is missing is made up from what is there', () => {
  assert.deepEqual(outline('', 'empty'), { title: 'empty', summary: '' });
  assert.deepEqual(outline('# Only a heading\n', 'x'), { title: 'Only a heading', summary: '' });
  assert.deepEqual(outline("---\ntitle: 'It''s'\n---\nsnake_case stays", 'x'), {
    title: 'It’s'.replace('’', "'"),
    summary: 'snake_case stays',
  });
  assert.equal(outline('---\ntitle: broken "quotes\n', 'x').title, 'x');
  assert.equal(outline('---\r\ntitle: Windows\r\n---\r\n\r\nText\r\nhere.\r\n', 'x').summary, 'Text here.');
});

test('a long paragraph is cut between words', () => {
  const { summary } = outline('word '.repeat(200), 'x');
  assert.ok(summary.length < 285);
  assert.ok(summary.endsWith('word …'));
});
