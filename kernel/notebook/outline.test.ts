import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outline } from './outline.ts';

test('title from the front matter, first paragraph as plain words', () => {
  const source =
    '---\ntitle: "Who is paid less, and why?"\nuses: []\n---\n\n# Heading\n\n```ts id=a\nnot this\n\nnor this\n```\n\nA *real* [data set](x.csv)\nof `534` people.\n\nMore.';
  assert.deepEqual(outline(source, 'wages'), {
    title: 'Who is paid less, and why?',
    summary: 'A real data set of 534 people.',
    order: null,
  });
});

test('what is missing is made up from what is there', () => {
  assert.deepEqual(outline('', 'empty'), { title: 'empty', summary: '', order: null });
  assert.deepEqual(outline('# Only a heading\n', 'x'), { title: 'Only a heading', summary: '', order: null });
  assert.deepEqual(outline("---\ntitle: 'It''s'\n---\nsnake_case stays", 'x'), {
    title: 'It’s'.replace('’', "'"),
    summary: 'snake_case stays',
    order: null,
  });
  assert.equal(outline('---\ntitle: broken "quotes\n', 'x').title, 'x');
  assert.equal(outline('---\r\ntitle: Windows\r\n---\r\n\r\nText\r\nhere.\r\n', 'x').summary, 'Text here.');
});

test('a long paragraph is cut between words', () => {
  const { summary } = outline('word '.repeat(200), 'x');
  assert.ok(summary.length < 285);
  assert.ok(summary.endsWith('word …'));
});

test('sentences that hold values are left out, since a list runs nothing', () => {
  const of = (text: string): string => outline(`---\ntitle: x\n---\n${text}\n`, 'x').summary;
  assert.equal(of('Before. Here are ${wages.numRows} of **them**. After, at last?'), 'Before. After, at last?');
  assert.equal(of('It is ${a ? `x} ${[{ b: 1 }]}` : { c: 2 }.c}. *Then this.*'), 'Then this.');
  assert.equal(of('All of it is ${n}'), 'All of it is …');
});

test('a place in the list is asked for in the front matter', () => {
  assert.equal(outline('---\ntitle: x\norder: 1\n---\n', 'x').order, 1);
  assert.equal(outline('---\ntitle: x\norder: first\n---\norder: 2\n', 'x').order, null);
});
