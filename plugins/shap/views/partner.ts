import { rowsOf, type Slice } from './explanation.ts';
import { shares } from './ink.ts';

/**
 * The other feature whose value goes along most with what this one adds, among rows of like value: where a feature acts alone, rows of one
 * value get one SHAP value, so what spreads them is another feature.
 *
 * @returns null when there is no other feature that does
 */
export function partner(of: Slice, feature: number): number | null {
  const own = shares(of, feature);
  const sorted = rowsOf(of).sort((a, b) => (own.of(a) ?? -1) - (own.of(b) ?? -1));
  const size = Math.max(10, Math.min(50, Math.floor(sorted.length / 10)));
  let best: number | null = null;
  let most = 0;
  for (let other = 0; other < of.features; other++) {
    if (other === feature) continue;
    const share = shares(of, other);
    let sum = 0;
    for (let from = 0; from < sorted.length; from += size) {
      const group = sorted.slice(from, from + size).filter((row) => share.of(row) !== null);
      const along = correlation(
        group.map((row) => share.of(row)!),
        group.map((row) => of.part(row, feature)),
      );
      sum += Math.abs(along) * group.length;
    }
    if (sum > most) [best, most] = [other, sum];
  }
  return best;
}

const mean = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;

function correlation(a: readonly number[], b: readonly number[]): number {
  if (a.length < 3) return 0;
  const [meanA, meanB] = [mean(a), mean(b)];
  let ab = 0;
  let aa = 0;
  let bb = 0;
  a.forEach((x, i) => {
    ab += (x - meanA) * (b[i]! - meanB);
    aa += (x - meanA) ** 2;
    bb += (b[i]! - meanB) ** 2;
  });
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}
