/**
 * Edits of a notebook file: each takes the file's text and returns a new one in which nothing but what it names has changed. Places
 * are indexes into `parseDocument(text).parts`; inserting `at` puts the new part before the one that has this index.
 */
import { joinDocument, parseDocument, freeId, splitLines } from './document.ts';
import { AssayError } from '#common/errors.ts';
import type { CellSource, Language, NotebookDocument, Part } from '#common/notebook.ts';

export interface NewCell {
  readonly language: Language;
  readonly code: string;
  readonly id?: string;
  readonly name?: string | null;
  readonly view?: boolean;
}

type CellPart = Extract<Part, { kind: 'cell' }>;

/** Writes the cell's id down too if the file has none: one derived from the code would change with it. @throws NOT_FOUND */
export function replaceCell(text: string, id: string, code: string): string {
  return editCell(text, id, (part) => {
    const edited = withCode(part, code);
    return edited === part || hasId(part) ? edited : withInfo(edited, part.cell);
  });
}

/** Changes the info string: name, view, language, id. @throws NOT_FOUND, NOTEBOOK_INVALID when the new id is taken */
export function setCell(
  text: string,
  id: string,
  change: Partial<Pick<CellSource, 'id' | 'name' | 'view' | 'language'>>,
): string {
  const cells = parseDocument(text).parts.flatMap((part) => (part.kind === 'cell' ? [part.cell] : []));
  if (change.id !== undefined && change.id !== id && cells.some((cell) => cell.id === change.id))
    throw taken(change.id);
  const edited = editCell(text, id, (part) => withInfo(part, { ...part.cell, ...change }));
  parseDocument(edited);
  return edited;
}

/** `id` of the result is the new cell's. */
export function addCell(text: string, at: number, cell: NewCell): { readonly text: string; readonly id: string } {
  const document = parseDocument(text);
  const ids = new Set(document.parts.flatMap((part) => (part.kind === 'cell' ? [part.cell.id] : [])));
  if (cell.id !== undefined && ids.has(cell.id)) throw taken(cell.id);
  const id = cell.id ?? freeId({ name: cell.name ?? null, code: cell.code }, ids);
  const end = lineEnd(text);
  const info = infoString({ language: cell.language, id, name: cell.name ?? null, view: cell.view ?? false });
  const fence = fenceFor(cell.code, '```');
  const source = `${fence}${info}${end}${cell.code === '' ? '' : toLines(cell.code, end) + end}${fence}${end}`;
  return { text: insert(document, at, source, end), id };
}

export function addText(text: string, at: number, source: string): string {
  const end = lineEnd(text);
  return insert(parseDocument(text), at, toLines(source, end), end);
}

/** `to` counts before the cell is taken out. @throws NOT_FOUND */
export function moveCell(text: string, id: string, to: number): string {
  const document = parseDocument(text);
  const from = indexOf(document, id);
  if (to === from || to === from + 1) return text;
  const parts = document.parts.filter((_, i) => i !== from);
  return insert({ parts }, to > from ? to - 1 : to, document.parts[from]!.source, lineEnd(text));
}

/** @throws NOT_FOUND */
export function removeCell(text: string, id: string): string {
  const document = parseDocument(text);
  const at = indexOf(document, id);
  return joinDocument({ parts: document.parts.filter((_, i) => i !== at) });
}

/** Replaces a part that is text or front matter. @throws NOT_FOUND */
export function replaceText(text: string, index: number, source: string): string {
  const { parts } = parseDocument(text);
  const part = parts[index];
  if (!part || part.kind === 'cell') throw new AssayError('NOT_FOUND', `Part ${index} is no text.`);
  if (source === part.source) return text;
  const end = lineEnd(text);
  const fresh = endLine(toLines(source, end), index < parts.length - 1 ? end : '');
  return joinDocument({ parts: parts.with(index, { ...part, source: fresh }) });
}

/** Writes down the id of every cell that has none in the file. */
export function ensureIds(text: string): string {
  const document = parseDocument(text);
  return joinDocument({
    parts: document.parts.map((part) => (part.kind !== 'cell' || hasId(part) ? part : withInfo(part, part.cell))),
  });
}

const hasId = (part: CellPart): boolean => /\sid=/.test(splitLines(part.source)[0]!);

const taken = (id: string): AssayError => new AssayError('NOTEBOOK_INVALID', `Two cells have the id ${id}.`);

function editCell(text: string, id: string, edit: (part: CellPart) => CellPart): string {
  const document = parseDocument(text);
  const at = indexOf(document, id);
  return joinDocument({ parts: document.parts.with(at, edit(document.parts[at] as CellPart)) });
}

function withCode(part: CellPart, code: string): CellPart {
  const plain = toLines(code, '\n');
  if (plain === part.cell.code) return part;
  const lines = splitLines(part.source);
  const first = lines[0]!;
  const last = lines.at(-1)!;
  const end = /[\r\n]+$/.exec(first)![0];
  const [, fence, info] = /^(`+|~+)(.*)$/.exec(first.slice(0, -end.length))! as unknown as [string, string, string];
  const longer = fenceFor(plain, fence);
  const closing = longer === fence ? last : longer + (/[\r\n]+$/.exec(last)?.[0] ?? '');
  return { ...part, source: `${longer}${info}${end}${plain === '' ? '' : toLines(plain, end) + end}${closing}` };
}

function withInfo(part: CellPart, cell: Pick<CellSource, 'language' | 'id' | 'name' | 'view'>): CellPart {
  const source = part.source.replace(/^(`+|~+)[^\r\n]*/, (_, fence: string) => fence + infoString(cell));
  return { ...part, source };
}

const infoString = (cell: Pick<CellSource, 'language' | 'id' | 'name' | 'view'>): string =>
  [
    cell.language,
    `id=${cell.id}`,
    ...(cell.name === null ? [] : [`name=${cell.name}`]),
    ...(cell.view ? ['view'] : []),
  ].join(' ');

/** The same fence, or one long enough that no line of the code closes it. */
function fenceFor(code: string, fence: string): string {
  const mark = fence[0]!;
  const longest = Math.max(
    0,
    ...[...code.matchAll(mark === '`' ? /^ {0,3}(`+)[ \t]*$/gm : /^ {0,3}(~+)[ \t]*$/gm)].map((m) => m[1]!.length),
  );
  return longest >= fence.length ? mark.repeat(longest + 1) : fence;
}

function insert(document: Pick<NotebookDocument, 'parts'>, at: number, source: string, end: string): string {
  const first = document.parts[0]?.kind === 'front' ? 1 : 0;
  const place = Math.max(first, Math.min(at, document.parts.length));
  const before = joinDocument({ parts: document.parts.slice(0, place) });
  const after = joinDocument({ parts: document.parts.slice(place) });
  return endLine(before, end) + (after === '' ? source : endLine(source, end)) + after;
}

const endLine = (text: string, end: string): string => (text === '' || /[\r\n]$/.test(text) ? text : text + end);

const toLines = (text: string, end: string): string => text.replace(/\r\n|\n|\r/g, end);

/** The line end that the file's first line has. */
const lineEnd = (text: string): string => /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';

function indexOf(document: NotebookDocument, id: string): number {
  const at = document.parts.findIndex((part) => part.kind === 'cell' && part.cell.id === id);
  if (at < 0) throw new AssayError('NOT_FOUND', `No cell has the id ${id}.`);
  return at;
}
