/** The known name within two slips of the fingers of the one given; null when none is. */
export function nearest(name: string, known: readonly string[]): string | null {
  const scored = known.map((one) => ({ one, slips: distance(name, one) })).sort((a, b) => a.slips - b.slips);
  const best = scored[0];
  return best !== undefined && best.slips <= Math.min(2, name.length - 1) ? best.one : null;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
