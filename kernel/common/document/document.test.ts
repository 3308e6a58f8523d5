import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { addCell, addText, ensureIds, moveCell, removeCell, replaceCell, replaceText, setCell } from './edit.ts';
import { joinDocument, parseDocument } from './document.ts';
import { AssayError } from '#common/errors.ts';

const SAMPLE = `---
title: Wages
uses: [models, shap.explain]
datasets:
  - wages
seed: 7
---

# A heading

\`\`\`ts id=a
const x: number = 1
\`\`\`
Text with \${x}.

~~~sql name=rows
select * from wages
~~~

\`\`\`\`md
\`\`\`js
not a cell
\`\`\`
\`\`\`\`

\`\`\`js view
display(x)
\`\`\`
`;

const lineOf = (text: string): unknown => {
  try {
    parseDocument(text);
  } catch (error) {
    assert(error instanceof AssayError && error.code === 'NOTEBOOK_INVALID', String(error));
    return (error.details as { line: number }).line;
  }
  return null;
};

const cells = (text: string) => parseDocument(text).parts.flatMap((part) => (part.kind === 'cell' ? [part.cell] : []));

describe('parseDocument', () => {
  it('reads front matter and cells', () => {
    const document = parseDocument(SAMPLE);
    assert.deepEqual(
      { title: document.title, uses: document.uses, datasets: document.datasets, seed: document.seed },
      { title: 'Wages', uses: ['models', 'shap.explain'], datasets: ['wages'], seed: 7 },
    );
    const [a, rows, view] = cells(SAMPLE);
    assert.deepEqual(a, { language: 'ts', id: 'a', name: null, view: false, code: 'const x: number = 1', line: 12 });
    assert.equal(rows!.id, 'rows');
    assert.equal(view!.view, true);
    assert.equal(cells(SAMPLE).length, 3);
  });

  it('takes the title from the first heading, else says Untitled', () => {
    assert.equal(parseDocument('# Penguins #\n').title, 'Penguins');
    assert.equal(parseDocument('').title, 'Untitled');
  });

  it('names the line of what is wrong', () => {
    assert.equal(lineOf('text\n\n```ts\n1\n'), 3);
    assert.equal(lineOf('~~~\nabc\n```\n'), 1);
    assert.equal(lineOf('---\ntitle: x\n'), 1);
    assert.equal(lineOf('---\ntitle: x\nuses: shap\n---\n'), 3);
    assert.equal(lineOf('---\ntitle: x\nseed: [\n---\n'), 4);
    assert.equal(lineOf('---\nseed: -1\n---\n'), 2);
    assert.equal(lineOf('```ts id=a wide\n```\n'), 1);
    assert.equal(lineOf('```ts id=a\n```\n```ts id=a\n```\n'), 3);
  });

  it('leaves indented, quoted and other fences in the text', () => {
    assert.equal(cells('    ```ts\n> ```ts\n```typescript\n```\n- ```js\n').length, 0);
  });

  it('gives the same code whatever the line ends', () => {
    const crlf = SAMPLE.replaceAll('\n', '\r\n');
    assert.deepEqual(cells(crlf), cells(SAMPLE));
    assert.equal(joinDocument(parseDocument(crlf)), crlf);
  });

  it('round-trips every file byte for byte', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '```ts id=q',
        '```',
        '~~~',
        '~~~~ js',
        '````',
        '---',
        '# T',
        '    ```',
        ' ```js',
        'seed: 1',
        '${a}',
        '\\${b}',
      ),
      fc.string({ maxLength: 12, unit: 'binary' }),
    );
    const file = fc
      .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r', '')), { maxLength: 30 })
      .map((l) => l.flat().join(''));
    fc.assert(
      fc.property(file, (text) => {
        let document;
        try {
          document = parseDocument(text);
        } catch (error) {
          assert(error instanceof AssayError, String(error));
          return;
        }
        assert.equal(joinDocument(document), text);
        assert.equal(joinDocument(parseDocument(ensureIds(text))), ensureIds(text));
      }),
      { numRuns: 2000 },
    );
  });
});

const code = fc
  .array(fc.constantFrom('const a = 1', '```', '~~~~~', '  ````', 'x\ty', '', '`${q}`'), { maxLength: 6 })
  .map((l) => l.join('\n'));

describe('edits', () => {
  it('replace the code of one cell and nothing else', () => {
    const files = fc.constantFrom(SAMPLE, SAMPLE.replaceAll('\n', '\r\n'), SAMPLE.trimEnd());
    fc.assert(
      fc.property(files, fc.constantFrom('a', 'rows'), code, (text, id, fresh) => {
        const edited = replaceCell(text, id, fresh);
        const now = parseDocument(edited).parts;
        parseDocument(text).parts.forEach((part, i) => {
          const other = now[i]!;
          if (part.kind === 'cell' && part.cell.id === id)
            assert.equal(other.kind === 'cell' && other.cell.code, fresh);
          else assert.equal(other.source, part.source);
        });
        assert.equal(replaceCell(edited, id, fresh), edited);
      }),
    );
  });

  it('add, move and remove', () => {
    const { text, id } = addCell(SAMPLE, 2, { language: 'js', code: 'a\nb', name: 'fresh' });
    assert.equal(id, 'fresh');
    assert(text.includes('```js id=fresh name=fresh\na\nb\n```\n'));
    assert.equal(removeCell(text, id), SAMPLE);
    const moved = moveCell(SAMPLE, 'a', parseDocument(SAMPLE).parts.length);
    assert.equal(cells(moved).at(-1)!.id, 'a');
    assert.equal(moveCell(SAMPLE, 'a', 2), SAMPLE);
    assert.equal(parseDocument(moveCell(SAMPLE, 'rows', 0)).parts[0]!.kind, 'front');
    assert.equal(parseDocument(addText(SAMPLE, 99, '\r\nEnd')).parts.at(-1)!.source, '\nEnd');
    assert.throws(() => removeCell(SAMPLE, 'none'), { code: 'NOT_FOUND' });
  });

  it('change a text part, keeping what follows on its own line', () => {
    const edited = replaceText(SAMPLE, 1, '# Other');
    assert(edited.includes('---\n# Other\n```ts id=a'));
    assert.throws(() => replaceText(SAMPLE, 2, 'x'), { code: 'NOT_FOUND' });
  });

  it('change attributes', () => {
    const edited = setCell(SAMPLE, 'rows', { name: 'people', view: true });
    assert(edited.includes('~~~sql id=rows name=people view\n'));
    assert.throws(() => setCell(SAMPLE, 'a', { id: 'rows' }).length, { code: 'NOTEBOOK_INVALID' });
  });

  it('write down ids without changing them', () => {
    const fixed = ensureIds(SAMPLE);
    assert.deepEqual(
      cells(fixed).map((c) => c.id),
      cells(SAMPLE).map((c) => c.id),
    );
    assert.equal(ensureIds(fixed), fixed);
    assert(fixed.includes('~~~sql id=rows name=rows\n'));
  });
});
