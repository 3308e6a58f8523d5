/**
 * A notebook file becomes functions and a graph, once, in the kernel: the frame and a headless run evaluate the same text. What is wrong
 * with a cell stands in that cell; the others still run.
 */
import { sha256Hex } from '#crypto';
import { textCellId } from '#common/cells/names.ts';
import { parseDocument } from '#common/document/document.ts';
import type { CompiledCell, CompiledNotebook, NotebookDocument } from '#common/notebook.ts';
import { placeError } from './compile-error.ts';
import { resolveNames, type Resolved } from './compile-names.ts';
import { draftScript, type Draft } from './compile-script.ts';
import { draftSql } from './compile-sql.ts';
import { draftText } from './compile-text.ts';

/** @throws NOTEBOOK_INVALID with `line` when the file cannot be taken apart */
export function compileNotebook(text: string): CompiledNotebook {
  const document = parseDocument(text);
  const { title, uses, datasets, seed, compare } = document;
  const cells = resolveNames(draft(document), document).map(finish);
  return { digest: sha256Hex(text), title, uses, datasets, seed, compare, cells };
}

/** Cells in file order; SQL last of all to be read, since it finds tables among the names that the others define. */
function draft(document: NotebookDocument): Draft[] {
  const known = new Set(document.datasets);
  const drafts: (Draft | null)[] = [];
  let line = 1;
  for (const [index, part] of document.parts.entries()) {
    let made: Draft | null = null;
    if (part.kind === 'text') made = draftText(part.source, textCellId(index), line);
    else if (part.kind === 'cell' && part.cell.language !== 'sql') made = draftScript(part.cell);
    else if (part.kind === 'cell' && part.cell.name !== null) known.add(part.cell.name);
    for (const output of made?.outputs ?? []) known.add(output.name);
    drafts.push(made);
    line += part.source.split(/\r\n|\n|\r/).length - 1;
  }
  return document.parts.flatMap((part, i) =>
    part.kind === 'cell' && part.cell.language === 'sql' ? [draftSql(part.cell, known)] : (drafts[i] ?? []),
  );
}

function finish({ draft, inputs, globals, outputs, error }: Resolved): CompiledCell {
  const { kind, cell } = draft;
  const hoisted = globals.length === 0 ? '' : ` const {${globals.join(', ')}} = globalThis;`;
  const body = error ? '' : `${draft.awaits ? 'async ' : ''}(${inputs.join(', ')}) => {${hoisted}\n${draft.code}\n}`;
  const lines = error ? [] : [cell.line, ...draft.lines, draft.lines.at(-1)!];
  const digest = sha256Hex(JSON.stringify([kind, inputs, outputs, error ? cell.code : body]));
  const made = { id: cell.id, kind, inputs, outputs, body, lines, digest };
  return error ? { ...made, error: placeError(error, cell.code, cell.line) } : made;
}
