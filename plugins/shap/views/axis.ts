import { rowsOf, type Slice } from './explanation.ts';
import { fit, number } from './ink.ts';

export interface Axis {
  readonly domain: [number, number];
  readonly ticks: number[];
  /** Between missing values and the rest. */
  readonly gap: number | null;
  place(row: number): number;
  tickFormat(at: number): string;
}

/** Categories stand side by side, numbers lie on a scale; missing values have a place of their own on the left. */
export function axisOf(of: Slice, feature: number, width: number): Axis {
  const levels = of.levels(feature);
  const missing = rowsOf(of).some((row) => of.value(row, feature) === null);
  if (levels !== null) {
    const names = missing ? ['missing', ...levels] : levels;
    const places = new Map(names.map((name, place) => [name, place]));
    const room = (width - 58) / names.length;
    return {
      domain: [-0.5, names.length - 0.5],
      ticks: [...names.keys()],
      gap: missing ? 0.5 : null,
      place: (row) => (places.get(String(of.value(row, feature) ?? 'missing')) ?? -1) + 0.56 * spread(row),
      tickFormat: (at) => fit(names[at] ?? '', room - 8),
    };
  }
  const known = rowsOf(of)
    .map((row) => of.value(row, feature))
    .filter((value) => typeof value === 'number');
  const [low, high] =
    known.length === 0 ? [0, 1] : [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
  const distinct = [...new Set(known)].sort((a, b) => a - b);
  const step = distinct.slice(1).reduce((least, value, i) => Math.min(least, value - distinct[i]!), Infinity);
  const few = distinct.length < known.length / 4 && Number.isFinite(step);
  const range = high - low || 1;
  const start = missing ? low - 0.12 * range : low - 0.02 * range;
  return {
    domain: [start - (few ? step / 2 : 0), high + 0.02 * range + (few ? step / 2 : 0)],
    ticks: [...(missing ? [low - 0.09 * range] : []), ...roundNumbers(low, high, width < 480 ? 5 : 9)],
    gap: missing ? low - 0.045 * range - (few ? step / 4 : 0) : null,
    place(row) {
      const value = of.value(row, feature);
      if (typeof value !== 'number') return low - 0.09 * range + 0.03 * range * spread(row);
      return few ? value + 0.5 * step * spread(row) : value;
    },
    tickFormat: (at) => (at < low && missing ? 'missing' : number(at)),
  };
}

/** Numbers with few digits between two others, about `count` of them. */
function roundNumbers(low: number, high: number, count: number): number[] {
  const rough = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) => (first + i) * step);
}

/** Within ±0.5, the same for the same row: low-discrepancy, so that neighbours part. */
const spread = (row: number): number => ((row * 0.6180339887498949) % 1) - 0.5;
