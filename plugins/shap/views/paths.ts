import type { Slice } from './explanation.ts';
import { byOutput } from './order.ts';

/**
 * From the base, feature after feature, to the prediction.
 *
 * @param levels the features of each step, first step first
 * @returns where the path stands before the first step and after each
 */
export function pathOf(of: Slice, levels: readonly (readonly number[])[], row: number): Float64Array {
  const path = new Float64Array(levels.length + 1);
  path[0] = of.base;
  levels.forEach((features, level) => {
    path[level + 1] = features.reduce((sum, feature) => sum + of.part(row, feature), path[level]!);
  });
  return path;
}

/** As many rows as can be told apart, evenly from the lowest prediction to the highest, both among them. */
export function spreadOver(said: Float64Array, most: number): number[] {
  const order = byOutput(said);
  if (order.length <= most) return [...order];
  return Array.from({ length: most }, (_, i) => order[Math.round((i * (order.length - 1)) / (most - 1))]!);
}

/** Rows whose prediction lies beyond Tukey's fences (1.5 interquartile ranges from the quartiles), the furthest first. */
export function outliers(said: Float64Array, most: number): number[] {
  const order = byOutput(said).filter((row) => Number.isFinite(said[row]!));
  if (order.length < 8) return [];
  const quartile = (share: number): number => said[order[Math.round(share * (order.length - 1))]!]!;
  const [low, high] = [quartile(0.25), quartile(0.75)];
  const beyond = (row: number): number => Math.max(low - said[row]!, said[row]! - high) - 1.5 * (high - low);
  return [...order]
    .filter((row) => beyond(row) > 0)
    .sort((a, b) => beyond(b) - beyond(a))
    .slice(0, most);
}
