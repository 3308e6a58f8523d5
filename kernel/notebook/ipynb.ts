/**
 * Jupyter's notebook files (nbformat 4.5), in and out. What only a notebook of ours knows stands under `metadata.assay`, so that one
 * that went out comes back the same; a stranger's code that Assay cannot run becomes code to read.
 */
import { AssayError } from '#common/errors.ts';
import { ensureIds } from '#common/document/edit.ts';
import { CELL_ID, parseDocument, VARIABLE } from '#common/document/document.ts';
import type { CellSource, Part } from '#common/notebook.ts';

export interface JupyterNotebook {
  readonly nbformat: number;
  readonly nbformat_minor?: number;
  readonly metadata?: JupyterMetadata;
  readonly cells: readonly JupyterCell[];
}

interface JupyterMetadata {
  readonly kernelspec?: { readonly name?: string; readonly display_name?: string; readonly language?: string };
  readonly language_info?: { readonly name?: string; readonly file_extension?: string };
}

export interface JupyterCell {
  readonly cell_type: string;
  readonly id?: string;
  readonly source: string | readonly string[];
  readonly metadata?: { readonly assay?: OurMetadata };
  readonly execution_count?: null;
  readonly outputs?: readonly never[];
}

/** `front`: the raw cell is the front matter. Otherwise what the cell's info string says. */
type OurMetadata =
  | { readonly front: true }
  | { readonly language: string; readonly name: string | null; readonly view: boolean };

const RUNS: ReadonlySet<string> = new Set(['ts', 'js', 'sql']);
const LANGUAGES: Readonly<Record<string, string>> = { typescript: 'ts', javascript: 'js', deno: 'ts', sql: 'sql' };

/** @throws NOTEBOOK_INVALID when the file's form is wrong */
export function toJupyter(source: string): JupyterNotebook {
  const cells = parseDocument(source).parts.flatMap((part, index) => jupyterCell(part, index));
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: 'assay', display_name: 'Assay', language: 'typescript' },
      language_info: { name: 'typescript', file_extension: '.ts' },
    },
    cells,
  };
}

function jupyterCell(part: Part, index: number): JupyterCell[] {
  if (part.kind === 'cell') {
    const { id, language, name, view, code } = part.cell;
    const metadata = { assay: { language, name, view } };
    return [{ cell_type: 'code', id: id.slice(0, 64), metadata, execution_count: null, outputs: [], source: code }];
  }
  const source = part.source
    .replaceAll('\r\n', '\n')
    .replace(/^\uFEFF?\n*/, '')
    .trimEnd();
  if (source === '') return [];
  const front = part.kind === 'front';
  return [
    { cell_type: front ? 'raw' : 'markdown', id: `text-${index}`, metadata: front ? { assay: { front } } : {}, source },
  ];
}

/** @param name of the new notebook: its title when it says none itself. @throws NOTEBOOK_INVALID naming the cell */
export function fromJupyter(notebook: JupyterNotebook, name: string): string {
  if (notebook.nbformat !== 4) {
    throw new AssayError(
      'NOTEBOOK_INVALID',
      `This is Jupyter’s format ${notebook.nbformat}: open and save it in Jupyter once, which makes it format 4.`,
    );
  }
  const { kernelspec, language_info: info } = notebook.metadata ?? {};
  const language = (kernelspec?.language ?? info?.name ?? 'python').toLowerCase();
  const ids = new Set<string>();
  const blocks = notebook.cells.map((cell) => block(cell, language, ids)).filter((text) => text !== '');
  const [first] = notebook.cells;
  const hasFront = first !== undefined && ours(first) !== undefined && 'front' in (ours(first) ?? {});
  if (!hasFront) blocks.unshift(`---\ntitle: ${JSON.stringify(titleOf(notebook, name))}\n---`);
  return ensureIds(`${blocks.join('\n\n')}\n`);
}

const textOf = ({ source }: JupyterCell): string =>
  (typeof source === 'string' ? source : source.join('')).replaceAll(/\r\n?/g, '\n');
const ours = (cell: JupyterCell): OurMetadata | undefined => cell.metadata?.assay;

function block(cell: JupyterCell, language: string, ids: Set<string>): string {
  const text = textOf(cell).replace(/^\n+/, '').trimEnd();
  if (text === '') return '';
  if (cell.cell_type === 'markdown') return quiet(text);
  const known = ours(cell);
  if (cell.cell_type === 'raw') return known !== undefined && 'front' in known ? text : fenced('text', text);
  if (cell.cell_type !== 'code') return fenced('text', text);
  if (known !== undefined && 'language' in known && RUNS.has(known.language))
    return fenced(infoOf(cell, known, ids), textOf(cell));
  const sql = /^%%sql\b.*\n([\s\S]*)$/.exec(text)?.[1];
  if (sql !== undefined) return fenced('sql', sql);
  return fenced(LANGUAGES[language] ?? language.replaceAll(/[^\w+-]/g, ''), text);
}

/** What another program wrote is taken where it is a cell's: Jupyter gives a copied cell an id of its own, which may begin with a digit. */
function infoOf(
  { id = '' }: JupyterCell,
  { language, name, view }: Pick<CellSource, 'name' | 'view'> & { readonly language: string },
  ids: Set<string>,
): string {
  const words = [language];
  if (CELL_ID.test(id) && !ids.has(id)) {
    ids.add(id);
    words.push(`id=${id}`);
  }
  if (typeof name === 'string' && VARIABLE.test(name)) words.push(`name=${name}`);
  if (view === true) words.push('view');
  return words.join(' ');
}

/** A fence longer than any in the text. */
function fenced(info: string, text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${info}\n${text === '' ? '' : `${text}\n`}${fence}`;
}

/** Prose in which nothing runs: what would be a cell of ours is moved one blank to the right, which Markdown doesn't mind. */
function quiet(text: string): string {
  try {
    const parts = parseDocument(`\n${text}`).parts;
    return parts
      .map((part) => (part.kind === 'cell' ? ` ${part.source}` : part.source))
      .join('')
      .replace(/^\n/, '');
  } catch {
    return fenced('markdown', text);
  }
}

function titleOf({ cells }: JupyterNotebook, name: string): string {
  const headings = cells
    .filter(({ cell_type: type }) => type === 'markdown')
    .map((cell) => /^#+[ \t]+(.+?)[ \t]*$/m.exec(textOf(cell))?.[1]);
  return headings.find((heading) => heading !== undefined) ?? name;
}
