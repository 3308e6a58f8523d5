/** HTML as text, where whatever comes from receipts is escaped unless a function here made it. */

export interface Html {
  readonly html: string;
}

type Part = Html | string | number | readonly Html[];

/** A template whose values are escaped, but for those made by it. */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const between = parts.map((part) => {
    if (typeof part !== 'object') return escaped(String(part));
    return 'html' in part ? part.html : part.map((one) => one.html).join('\n');
  });
  return { html: texts.map((text, at) => text + (between[at] ?? '')).join('') };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Characters that turn the direction of what follows, or can't be seen: a name may not dress up as another. */
// oxlint-disable-next-line no-control-regex
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter]!)
    .replaceAll(HIDDEN, (letter) => `⟨U+${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}

export const rows = <T>(all: readonly T[], row: (one: T) => Html): readonly Html[] => all.map(row);

/** Rows that a page shows of a table; it says how many there are besides. */
const MOST_ROWS = 1000;

/** A column's name; `wide` takes what the others leave, `count` holds numbers. */
export type Column = string | readonly [name: string, fit: 'wide' | 'count'];

/** On a narrow screen each row becomes a block, whose cells carry their column's name. */
export function table<T>(
  all: readonly T[],
  columns: readonly Column[],
  cells: (one: T) => readonly (Html | string)[],
  total = all.length,
): Html {
  const shown = all.slice(0, MOST_ROWS);
  const more =
    total > shown.length
      ? markup`<p class="more">And ${String(total - shown.length)} more: see receipts/log.jsonl.</p>`
      : markup``;
  return markup`<table>
<thead><tr>${columns.map((column) => markup`<th scope="col"${fitOf(column)}>${nameOf(column)}</th>`)}</tr></thead>
<tbody>
${shown.map((one) => markup`<tr>${cells(one).map((cell, at) => markup`<td data-column="${nameOf(columns[at]!)}"${fitOf(columns[at]!)}>${typeof cell === 'string' ? markup`${cell}` : cell}</td>`)}</tr>`)}
</tbody>
</table>
${more}`;
}

const nameOf = (column: Column): string => (typeof column === 'string' ? column : column[0]);
const fitOf = (column: Column): Html => (typeof column === 'string' ? markup`` : markup` class="${column[1]}"`);
