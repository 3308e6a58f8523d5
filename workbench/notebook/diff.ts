/** Two texts line by line: what only one has, and a little of what both have around it. */
export interface DiffLine {
  readonly side: 'both' | 'theirs' | 'mine' | 'gap';
  readonly text: string;
}

const CONTEXT = 2;
/** Beyond this many pairs of lines the middle is shown as replaced as a whole. */
const MOST = 4_000_000;

export function diffLines(theirs: string, mine: string): readonly DiffLine[] {
  const a = theirs.split('\n');
  const b = mine.split('\n');
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const middle = between(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const both = (text: string): DiffLine => ({ side: 'both', text });
  return shorten([...a.slice(0, start).map(both), ...middle, ...a.slice(a.length - end).map(both)]);
}

/** Longest common subsequence, by the table. */
function between(a: readonly string[], b: readonly string[]): DiffLine[] {
  const only =
    (side: 'theirs' | 'mine') =>
    (text: string): DiffLine => ({ side, text });
  if (a.length * b.length > MOST) return [...a.map(only('theirs')), ...b.map(only('mine'))];
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => longest[i * width + j] as number;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ side: 'both', text: a[i] as string });
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1)))
      lines.push({ side: 'theirs', text: a[i++] as string });
    else lines.push({ side: 'mine', text: b[j++] as string });
  }
  return lines;
}

function shorten(lines: readonly DiffLine[]): readonly DiffLine[] {
  const near = lines.map((_, i) =>
    lines.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(({ side }) => side !== 'both'),
  );
  return lines.flatMap((line, i): DiffLine[] => (near[i] ? [line] : near[i - 1] ? [{ side: 'gap', text: '…' }] : []));
}
