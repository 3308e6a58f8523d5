/**
 * SQL cells. `${expr}` is a bound parameter and never becomes part of the text. A table is a data set or another cell's Table: found by its
 * place after FROM or JOIN. Only queries, one a cell, and only such as give the same rows tomorrow.
 */
import type { CellSource } from '#common/notebook.ts';
import { CellError } from './compile-error.ts';
import { quote } from './compile-escape.ts';
import type { Reference } from './compile-scope.ts';
import type { Draft } from './compile-script.ts';
import { assemble, between, findHoles, type Hole } from './compile-text.ts';

/** Strings, quoted names, comments, dollar quotes; then what may hold or be an expression. */
const SKIP = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$\$[\s\S]*?\$\$|\$\{/g;
const WORDS =
  /'(?:[^']|'')*'|"((?:[^"]|"")*)"|--[^\n]*|\/\*[\s\S]*?\*\/|\$\$[\s\S]*?\$\$|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|\S/gu;

const STARTS = new Set(['select', 'with', 'from', 'values', 'describe', 'summarize', 'pivot', 'unpivot']);
const ENDS_FROM = new Set([
  'where', 'group', 'order', 'having', 'limit', 'union', 'except', 'intersect', 'window', 'qualify', 'select', 'on', 'offset',
]); // prettier-ignore
const OPENS_FROM = new Set(['from', 'join', 'describe', 'summarize', 'pivot', 'unpivot', 'into', 'table']);
const VARIES = new Set([
  'random', 'setseed', 'uuid', 'uuidv4', 'uuidv7', 'gen_random_uuid', 'now', 'today', 'current_timestamp', 'current_date', 'current_time',
  'localtime', 'localtimestamp', 'get_current_time', 'get_current_timestamp', 'transaction_timestamp', 'current_localtime',
  'current_localtimestamp', 'tablesample',
]); // prettier-ignore

interface Word extends Reference {
  /** Lower case unless quoted. */
  readonly word: string;
  readonly quoted: boolean;
}

/** `known` are the names of data sets and of other cells' values. */
export function draftSql(cell: CellSource, known: ReadonlySet<string>): Draft {
  const name = cell.name === null ? [] : [{ name: cell.name, start: 0, end: 0 }];
  const base = { cell, kind: 'sql', outputs: name } as const;
  try {
    if (cell.view) throw new CellError('CELL_REFUSED', 'The result of a query is a value: leave `view` out.');
    const holes = findHoles(cell.code, SKIP);
    const inQuotes = /'(?:[^']|'')*\$\{(?:[^']|'')*'/.exec(blank(cell.code, holes));
    if (inQuotes)
      throw new CellError('CELL_SYNTAX', 'Write `${…}` without quotes: it is a value, not text.', inQuotes.index);
    const tables = findTables(words(blank(cell.code, holes)), known);
    const pieces = between(cell.code, holes).map((piece) => quote(piece));
    const given = tables.map(({ name }) => `${quote(name)}: ${name}`).join(', ');
    const draft = assemble(
      cell.code,
      cell.line,
      `name: ${quote(cell.name ?? '')}, sql: [${pieces.join(', ')}], tables: {${given}}`,
      holes,
    );
    const inputs = [...new Map([...draft.read, ...tables].map((r) => [r.name, r])).values()];
    return { ...base, ...draft, read: inputs };
  } catch (error) {
    if (!(error instanceof CellError)) throw error;
    return { ...base, read: [], assigned: [], awaits: false, code: '', lines: [], error };
  }
}

/** Expressions as blanks, so that offsets stay. */
function blank(code: string, holes: readonly Hole[]): string {
  return holes.reduce((text, { start, end }) => text.slice(0, start) + '?'.padEnd(end - start) + text.slice(end), code);
}

function words(sql: string): Word[] {
  const found: Word[] = [];
  for (const m of sql.matchAll(WORDS)) {
    if (/^(?:--|\/\*)/.test(m[0])) continue;
    const quoted = m[1] !== undefined;
    const name = quoted ? m[1]!.replace(/""/g, '"') : m[0];
    found.push({ name, word: quoted ? name : name.toLowerCase(), quoted, start: m.index, end: m.index + m[0].length });
  }
  return found;
}

/** @throws CellError for what is no query, or varies */
function findTables(list: readonly Word[], known: ReadonlySet<string>): Reference[] {
  const first = list.find(({ word }) => word !== '(');
  if (!first || !STARTS.has(first.word)) {
    throw new CellError(
      'CELL_REFUSED',
      'SQL cells ask and change nothing: begin with SELECT, WITH or FROM.',
      first?.start,
      first?.end,
    );
  }
  const ended = list.findIndex(({ word }) => word === ';');
  const more = ended < 0 ? undefined : list[ended + 1];
  if (more) throw new CellError('CELL_REFUSED', 'One query a cell.', more.start, more.end);
  const lower = new Map([...known].map((name) => [name.toLowerCase(), name]));
  const defined = commonTables(list);
  const tables = new Map<string, Reference>();
  /** For each open parenthesis: whether we are in a FROM list, and whether a table may come next. */
  let state = { from: false, next: false, isCall: false };
  const outer: (typeof state)[] = [];
  list.forEach((item, i) => {
    const { word, quoted, start, end } = item;
    if (!quoted && VARIES.has(word) && list[i - 1]?.word !== '.' && isCall(list, i)) {
      throw new CellError('SQL_VARIES', `\`${item.name}\` gives other results with every run.`, start, end);
    }
    if (word === 'sample' && list[i - 1]?.word === 'using') {
      throw new CellError(
        'SQL_VARIES',
        'A sample differs with every run: draw it in a ts cell with random().',
        start,
        end,
      );
    }
    if (word === '(') {
      outer.push(state);
      state = { ...state, isCall: FROM_INSIDE.has(list[i - 1]?.word ?? '') };
    } else if (word === ')') {
      state = { ...(outer.pop() ?? state), next: false };
    } else if (!quoted && OPENS_FROM.has(word)) {
      if (!state.isCall && list[i - 1]?.word !== 'distinct') state = { from: true, next: true, isCall: false };
    } else if (!quoted && ENDS_FROM.has(word)) state = { ...state, from: false, next: false };
    else if (word === ',' && state.from) state.next = true;
    else if (state.next) {
      state.next = false;
      const name = known.has(item.name) ? item.name : lower.get(item.name.toLowerCase());
      const isFunction = list[i + 1]?.word === '(';
      if (name !== undefined && !isFunction && !defined.has(item.name.toLowerCase()) && !tables.has(name))
        tables.set(name, { name, start, end });
    }
  });
  return [...tables.values()];
}

/** `extract(year FROM x)` and its like name no table. */
const FROM_INSIDE = new Set(['extract', 'substring', 'trim', 'overlay']);

const NO_PARENTHESES = /^(?:current_|local|tablesample)/;
const isCall = (list: readonly Word[], i: number): boolean =>
  NO_PARENTHESES.test(list[i]!.word) || list[i + 1]?.word === '(';

/** Names that WITH gives: `name AS (`, `name(columns) AS (`. */
function commonTables(list: readonly Word[]): ReadonlySet<string> {
  const names = new Set<string>();
  if (!list.some(({ word }) => word === 'with')) return names;
  list.forEach((item, i) => {
    if (
      item.word !== 'as' ||
      (list[i + 1]?.word !== '(' && list[i + 1]?.word !== 'materialized' && list[i + 1]?.word !== 'not')
    )
      return;
    let at = i - 1;
    if (list[at]?.word === ')') while (at > 0 && list[at]!.word !== '(') at--;
    const name = list[list[i - 1]?.word === ')' ? at - 1 : at];
    if (name) names.add(name.name.toLowerCase());
  });
  return names;
}
