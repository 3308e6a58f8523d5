/** What a list says of a notebook: leniently, since a list must also show what doesn't compile. */
const FRONT = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;
const LONGEST = 280;
/** `${expression}`, with braces two deep. */
const VALUE = /\$\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}/g;

export interface Outline {
  readonly title: string;
  /** First paragraph, without markup and without the sentences that hold values: these exist only once it has run. */
  readonly summary: string;
  /** Place before the others, the lowest first, as `order: 1` in the front matter says. */
  readonly order: number | null;
}

export function outline(source: string, name: string): Outline {
  const front = FRONT.exec(source);
  const rest = source.slice(front?.[0].length ?? 0).replace(/^\uFEFF/, '');
  const titled = /^title:[ \t]*(.+?)[ \t]*$/m.exec(front?.[1] ?? '')?.[1] ?? /^# +(.+)$/m.exec(rest)?.[1];
  const order = /^order:[ \t]*(\d{1,9})[ \t]*$/m.exec(front?.[1] ?? '')?.[1];
  return {
    title: titled === undefined ? name : unquoted(titled),
    summary: firstParagraph(rest),
    order: order === undefined ? null : Number(order),
  };
}

/** A YAML scalar in quotes. */
function unquoted(text: string): string {
  if (/^".*"$/.test(text)) {
    try {
      return String(JSON.parse(text));
    } catch {
      return text.slice(1, -1);
    }
  }
  return /^'.*'$/.test(text) ? text.slice(1, -1).replaceAll("''", "'") : text;
}

function firstParagraph(markdown: string): string {
  const prose = markdown.replaceAll(/^(```|~~~)[\s\S]*?^\1[ \t]*$/gm, '');
  const block = prose.split(/\r?\n[ \t]*\r?\n/).find((text) => /^\s*[^\s#>|<!-]/.test(text)) ?? '';
  const plain = withoutValues(block)
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/(\*\*|__|`|\*|(?<!\w)_|_(?!\w))/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (plain.length <= LONGEST) return plain;
  return `${plain.slice(0, plain.lastIndexOf(' ', LONGEST))} …`;
}

function withoutValues(paragraph: string): string {
  const marked = paragraph.replaceAll(VALUE, '\0');
  const whole = marked
    .split(/(?<=[.!?…][*_)"”]*)\s+/)
    .filter((sentence) => !sentence.includes('\0'))
    .join(' ');
  return whole || marked.replaceAll('\0', '…');
}
