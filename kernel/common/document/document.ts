/**
 * A notebook file: Markdown with front matter, in which fenced blocks of `ts`, `js` and `sql` are cells. Taking it apart loses nothing:
 * the parts, joined, are the file byte for byte, whatever its line ends. document/edit.ts changes one part and touches nothing else.
 */
import { AssayError } from '#common/errors.ts';
import { readFront, type Front } from './front.ts';
import type { CellSource, Language, NotebookDocument, Part } from '#common/notebook.ts';

const LINE = /[^\r\n]*(?:\r\n|\n|\r|$)/y;
const FENCE = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})[ \t]*(.*?)[ \t]*$/;
const LANGUAGES: ReadonlySet<string> = new Set(['ts', 'js', 'sql'] satisfies Language[]);
export const CELL_ID = /^[A-Za-z][\w-]*$/;
export const VARIABLE = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

interface OpenFence {
  readonly line: number;
  readonly marker: string;
  readonly info: CellInfo | null;
}

interface CellInfo {
  readonly language: Language;
  readonly id: string | null;
  readonly name: string | null;
  readonly view: boolean;
}

/** @throws NOTEBOOK_INVALID with `line` (1-based) in its details: an unclosed fence, a bad info string, front matter that does not fit. */
export function parseDocument(text: string): NotebookDocument {
  const lines = splitLines(text);
  const parts: Part[] = [];
  let front: Front = { title: null, uses: [], datasets: [], seed: 0, compare: [] };
  let at = 0;
  if (/^\uFEFF?---[ \t]*$/.test(bare(lines[0] ?? ''))) {
    const end = lines.findIndex((line, i) => i > 0 && /^(?:---|\.\.\.)[ \t]*$/.test(bare(line)));
    if (end < 0) throw invalid('The front matter is not closed: `---` is missing.', 1);
    front = readFront(lines.slice(1, end).join(''), 2);
    parts.push({ kind: 'front', source: lines.slice(0, end + 1).join('') });
    at = end + 1;
  }
  let fence: OpenFence | null = null;
  let start = at; // first line of the part being read
  const flush = (to: number): void => {
    if (to > start) parts.push({ kind: 'text', source: lines.slice(start, to).join('') });
    start = to;
  };
  for (let i = at; i < lines.length; i++) {
    const line = bare(lines[i]!);
    if (fence === null) {
      fence = openFence(line, i + 1);
      if (fence?.info) flush(i);
    } else if (closes(line, fence.marker)) {
      if (fence.info) {
        const code = lines
          .slice(start + 1, i)
          .map((l) => bare(l))
          .join('\n');
        const cell: CellSource = { ...fence.info, id: fence.info.id ?? '', code, line: start + 2 };
        parts.push({ kind: 'cell', source: lines.slice(start, i + 1).join(''), cell });
        start = i + 1;
      }
      fence = null;
    }
  }
  if (fence) throw invalid(`The code fence ${fence.marker} is not closed.`, fence.line);
  flush(lines.length);
  return { ...front, title: front.title ?? heading(parts) ?? 'Untitled', parts: nameCells(parts) };
}

/** The other side of `parseDocument`. */
export function joinDocument(document: Pick<NotebookDocument, 'parts'>): string {
  return document.parts.map((part) => part.source).join('');
}

/** Lines with their ends, so that joining them gives the text back. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  LINE.lastIndex = 0;
  while (LINE.lastIndex < text.length) lines.push(LINE.exec(text)![0]);
  return lines;
}

const bare = (line: string): string => line.replace(/[\r\n]+$/, '');

function openFence(line: string, number: number): OpenFence | null {
  const found = FENCE.exec(line);
  if (!found) return null;
  const [, indent, marker, info] = found as unknown as [string, string, string, string];
  const language = info.split(/\s/, 1)[0]!;
  const isCell = indent === '' && LANGUAGES.has(language);
  return { line: number, marker, info: isCell ? readInfo(info, number) : null };
}

function closes(line: string, marker: string): boolean {
  const end = line.replace(/^ {0,3}/, '').trimEnd();
  return end.length >= marker.length && end === marker[0]!.repeat(end.length);
}

function readInfo(info: string, line: number): CellInfo {
  const [language, ...words] = info.split(/\s+/);
  let id: string | null = null;
  let name: string | null = null;
  let view = false;
  for (const word of words) {
    const [key, value] = word.split('=', 2) as [string, string | undefined];
    if (key === 'id' && value !== undefined && CELL_ID.test(value)) id = value;
    else if (key === 'name' && value !== undefined && VARIABLE.test(value)) name = value;
    else if (word === 'view') view = true;
    else throw invalid(`\`${word}\` is no attribute of a cell: there are id=, name= and view.`, line);
  }
  return { language: language as Language, id, name, view };
}

/** Gives cells without an id one that the same file always gives: its name, else a hash of its code. `ensureIds` writes these down. */
function nameCells(parts: readonly Part[]): readonly Part[] {
  const taken = new Set<string>();
  for (const part of parts) {
    if (part.kind !== 'cell' || part.cell.id === '') continue;
    if (taken.has(part.cell.id)) throw invalid(`Two cells have the id ${part.cell.id}.`, part.cell.line - 1);
    taken.add(part.cell.id);
  }
  return parts.map((part) => {
    if (part.kind !== 'cell' || part.cell.id !== '') return part;
    const id = freeId(part.cell, taken);
    taken.add(id);
    return { ...part, cell: { ...part.cell, id } };
  });
}

/** A readable id that is not taken: the name, or a letter and four characters from the code. */
export function freeId(
  cell: { readonly name: string | null; readonly code: string },
  taken: ReadonlySet<string>,
): string {
  if (cell.name !== null && CELL_ID.test(cell.name) && !taken.has(cell.name)) return cell.name;
  for (let salt = 0; ; salt++) {
    const id = `c${(fnv1a(`${salt}\n${cell.code}`) % 36 ** 4).toString(36).padStart(4, '0')}`;
    if (!taken.has(id)) return id;
  }
}

/** 32-bit FNV-1a over UTF-16 units: short names only, never evidence. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function heading(parts: readonly Part[]): string | null {
  for (const part of parts) {
    const found = part.kind === 'text' ? /^#[ \t]+(.+?)[ \t]*#*[ \t]*$/m.exec(part.source) : null;
    if (found) return found[1]!;
  }
  return null;
}

const invalid = (message: string, line: number): AssayError =>
  new AssayError('NOTEBOOK_INVALID', message, { where: `line ${line}`, details: { line } });
