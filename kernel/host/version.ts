/**
 * Whether a version lies in a range: `*`, `1.2.3`, `^1.2.3`, `~1.2.3`, `>=1.2.3`, or several of them separated by spaces, all of which
 * must hold. Missing numbers are 0. As in npm, `^0.2` means 0.2.x. Pre-release tags are ignored.
 *
 * @returns null when the range cannot be read
 */
export function satisfies(version: string, range: string): boolean | null {
  const have = numbers(version);
  if (have === null) return null;
  const answers = range
    .trim()
    .split(/\s+/)
    .map((part) => holds(have, part));
  return answers.includes(null) ? null : answers.every((answer) => answer === true);
}

type Numbers = readonly [number, number, number];

function holds(have: Numbers, part: string): boolean | null {
  if (part === '*') return true;
  const match = /^(\^|~|>=|<=|>|<|=)?(.+)$/.exec(part);
  const want = numbers(match?.[2] ?? '');
  if (want === null) return null;
  const order = compare(have, want);
  switch (match?.[1]) {
    case '^':
      return order >= 0 && compare(have, ceiling(want)) < 0;
    case '~':
      return order >= 0 && compare(have, [want[0], want[1] + 1, 0]) < 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    default:
      return order === 0;
  }
}

function ceiling([major, minor, patch]: Numbers): Numbers {
  if (major > 0) return [major + 1, 0, 0];
  return minor > 0 ? [0, minor + 1, 0] : [0, 0, patch + 1];
}

function compare(a: Numbers, b: Numbers): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function numbers(text: string): Numbers | null {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-[\w.-]+)?$/.exec(text);
  return match === null ? null : [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
}
