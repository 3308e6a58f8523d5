import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseDocument } from '#common/document/document.ts';
import { fromJupyter, type JupyterCell, type JupyterNotebook, toJupyter } from './ipynb.ts';

const cells = (source: string) =>
  parseDocument(source).parts.flatMap((part) => (part.kind === 'cell' ? [part.cell] : []));
const foreign = (language: string, ...given: JupyterCell[]): JupyterNotebook => ({
  nbformat: 4,
  metadata: { kernelspec: { language } },
  cells: given,
});
const markdown = (source: string | string[]): JupyterCell => ({ cell_type: 'markdown', source });
const code = (source: string | string[]): JupyterCell => ({ cell_type: 'code', source });

test('the project’s notebooks go out and come back with the same cells and the same words', () => {
  const folder = new URL('../../notebooks/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.md'));
  assert.ok(files.length > 0);
  for (const file of files) {
    const source = readFileSync(new URL(file, folder), 'utf8');
    const jupyter = JSON.parse(JSON.stringify(toJupyter(source))) as JupyterNotebook;
    const back = fromJupyter(jupyter, 'x');
    assert.deepEqual({ ...parseDocument(back), parts: [] }, { ...parseDocument(source), parts: [] }, file);
    const unplaced = (text: string) => cells(text).map((cell) => ({ ...cell, line: 0 }));
    assert.deepEqual(unplaced(back), unplaced(source), file);
    assert.equal(back.replaceAll(/\n{2,}/g, '\n'), source.replaceAll(/\n{2,}/g, '\n'), file);
    for (const cell of jupyter.cells) assert.match(cell.id ?? '', /^[A-Za-z0-9_-]{1,64}$/);
  }
});

test('a Python notebook becomes a page to read: prose, and code that doesn’t run', () => {
  const source = fromJupyter(
    foreign('python', markdown(['# My study\n', 'Some words.']), code('print("a")\n'), code('%%sql x\nselect 1'), {
      cell_type: 'raw',
      source: 'raw',
    }),
    'n',
  );
  assert.equal(
    source,
    '---\ntitle: "My study"\n---\n\n# My study\nSome words.\n\n```python\nprint("a")\n```\n\n```sql id=c' +
      source.split('```sql id=c')[1],
  );
  assert.deepEqual(
    cells(source).map(({ language, code: text }) => [language, text]),
    [['sql', 'select 1']],
  );
});

test('TypeScript and JavaScript run', () => {
  assert.deepEqual(
    cells(fromJupyter(foreign('typescript', code('const a = 1')), 'n')).map((cell) => cell.language),
    ['ts'],
  );
  assert.deepEqual(
    cells(fromJupyter(foreign('javascript', code('const a = 1')), 'n')).map((cell) => cell.language),
    ['js'],
  );
});

test('nothing in a stranger’s prose becomes a cell, front matter or an open fence', () => {
  const nasty = [
    '```ts id=x\nfetch("//evil")\n```',
    '---\nuses: [models.train]\n---',
    '```',
    '~~~sql\nselect 1',
    '````\n```js\n1\n```\n````',
    '# T\n\n```sql\nselect 1\n```\nmore',
  ];
  for (const text of nasty) {
    const source = fromJupyter(foreign('python', markdown(text), markdown('after')), 'n');
    const document = parseDocument(source);
    assert.deepEqual(cells(source), [], text);
    assert.deepEqual([...document.uses], [], text);
    assert.match(source, /after\n$/);
  }
});

test('whatever the cells hold, the result is a notebook', () => {
  const text = fc.string({
    unit: fc.constantFrom('`', '``', '```', '~~~', '\n', 'ts', ' ', '---', '#', 'a', '\r', 'id=a', '\uFEFF'),
  });
  const cell = fc.record({ cell_type: fc.constantFrom('markdown', 'code', 'raw', 'other'), source: text });
  fc.assert(
    fc.property(fc.array(cell), fc.constantFrom('python', 'typescript', 'sql', 'a b`'), (given, language) => {
      parseDocument(fromJupyter(foreign(language, ...given), 'n'));
    }),
  );
});

test('cells that another program copied, renamed or made up under our metadata are taken as far as they go', () => {
  const ours = (id: string, assay: object): JupyterCell =>
    ({ ...code('const a = 1'), id, metadata: { assay } }) as JupyterCell;
  const source = fromJupyter(
    foreign(
      'python',
      ours('a', { language: 'ts', name: 'a', view: false }),
      ours('a', { language: 'ts', name: null, view: false }),
      ours('3f2a', { language: 'ts', name: 'b c', view: 'yes' }),
      ours('d', { language: 'ts\n```\n```sql id=evil', name: null, view: false }),
    ),
    'n',
  );
  const found = cells(source);
  assert.deepEqual(
    found.map(({ language, name, view }) => [language, name, view]),
    [
      ['ts', 'a', false],
      ['ts', null, false],
      ['ts', null, false],
    ],
  );
  assert.equal(found[0]?.id, 'a');
});

test('older formats are refused with what to do', () => {
  assert.throws(() => fromJupyter({ nbformat: 3, cells: [] }, 'n'), { code: 'NOTEBOOK_INVALID' });
});
