/** Title and first paragraph of a notebook, for a list of them: leniently, since a list must also show what doesn't compile. */
const FRONT = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;
const LONGEST = 280;

export function outline(source: string, name: string): { readonly title: string; readonly summary: string } {
  const front = FRONT.exec(source);
  const rest = source.slice(front?.[0].length ?? 0).replace(/^\uFEFF/, '');
  const titled = /^title:[ \t]*(.+?)[ \t]*$/m.exec(front?.[1] ?? '')?.[1] ?? /^# +(.+)$/m.exec(rest)?.[1];
  return { title: titled === undefined ? name : unquoted(titled), summary: firstParagraph(rest) };
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
  const plain = block
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/(\*\*|__|`|\*|(?<!\w)_|_(?!\w))/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (plain.length <= LONGEST) return plain;
  return `${plain.slice(0, plain.lastIndexOf(' ', LONGEST))} …`;
}
