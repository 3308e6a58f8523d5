import * as Plot from '@observablehq/plot';
import { closest, type Explanation, importance, pairSizes, rowsOf, slice, type Slice } from './explanation.ts';
import type { ViewOptions } from './options.ts';
import {
  FAINT,
  figure,
  fit,
  gradient,
  inUnit,
  key,
  legendLine,
  MISSING,
  number,
  ramp,
  type Shares,
  shares,
  shown,
  STYLE,
  UP,
  withUnit,
} from './ink.ts';
import { partner } from './partner.ts';

/** What a feature adds against its value, coloured by the feature that it plays together with most. */
export function dependence(explanation: Explanation, options: ViewOptions): Element {
  const { document, width, dark } = options;
  const of = slice(explanation, options.output);
  const feature = options.feature === undefined ? (importance(of).order[0] ?? 0) : named(of, options.feature);
  const by =
    options.color === null
      ? null
      : options.color === undefined
        ? partnerOf(explanation, of, feature, options.output)
        : named(of, options.color);
  const share = by === null ? null : shares(of, by);
  const axis = axisOf(of, feature, width);
  const dots = rowsOf(of).map((row) => {
    const at = share?.of(row);
    const also = by === null ? '' : `\n${of.names[by]}: ${shown(of, row, by)}`;
    return {
      x: axis.place(row),
      y: of.part(row, feature),
      fill: at === undefined ? UP : at === null ? MISSING : ramp(at, dark),
      title: `${of.names[feature]}: ${shown(of, row, feature)}${also}\nadds ${withUnit(number(of.part(row, feature)), of.unit)}\nrow ${row}`,
    };
  });
  const drawing = Plot.plot({
    document,
    width,
    height: Math.min(380, Math.max(260, width * 0.5)),
    marginLeft: 46,
    marginRight: 12,
    marginTop: 30,
    marginBottom: 48,
    style: STYLE,
    x: {
      domain: axis.domain,
      ticks: axis.ticks,
      tickFormat: axis.tickFormat,
      label: inUnit(of.names[feature]!, of.unitOf(feature)),
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 40,
      tickSize: 4,
    },
    y: {
      label: `↑ Adds to ${inUnit(of.label, of.unit)}`,
      labelArrow: 'none',
      grid: true,
      nice: true,
      tickFormat: number,
      tickSize: 0,
      ticks: 6,
    },
    marks: [
      ...(axis.gap === null ? [] : [Plot.ruleX([axis.gap], { stroke: FAINT })]),
      Plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.45 }),
      Plot.dot(dots, {
        x: 'x',
        y: 'y',
        fill: 'fill',
        r: width < 480 ? 2.2 : 2.8,
        fillOpacity: 0.85,
        title: 'title',
        tip: true,
      }),
    ],
  });
  const says = `What ${of.names[feature]} adds to ${of.label}, against its value, for ${of.rows} rows${by === null ? '' : `, coloured by ${of.names[by]}`}.`;
  return by === null
    ? figure(options, drawing, says)
    : figure(options, drawing, says, legendOf(of, by, share!, options));
}

interface Axis {
  readonly domain: [number, number];
  readonly ticks: number[];
  /** Between missing values and the rest. */
  readonly gap: number | null;
  place(row: number): number;
  tickFormat(at: number): string;
}

/** Categories stand side by side, numbers lie on a scale; missing values have a place of their own on the left. */
function axisOf(of: Slice, feature: number, width: number): Axis {
  const levels = of.levels(feature);
  const missing = rowsOf(of).some((row) => of.value(row, feature) === null);
  if (levels !== null) {
    const names = missing ? ['missing', ...levels] : levels;
    const room = (width - 58) / names.length;
    return {
      domain: [-0.5, names.length - 0.5],
      ticks: [...names.keys()],
      gap: missing ? 0.5 : null,
      place: (row) => names.indexOf(String(of.value(row, feature) ?? 'missing')) + 0.56 * spread(row),
      tickFormat: (at) => fit(names[at] ?? '', room - 8),
    };
  }
  const known = rowsOf(of)
    .map((row) => of.value(row, feature))
    .filter((value) => typeof value === 'number');
  const [low, high] = known.length === 0 ? [0, 1] : [Math.min(...known), Math.max(...known)];
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

/** @throws RangeError naming the features there are */
function named(of: Slice, name: string): number {
  const feature = of.names.indexOf(name);
  if (feature < 0) throw new RangeError(`There is no feature “${name}”. There are: ${of.names.join(', ')}.`);
  return feature;
}

function legendOf(of: Slice, by: number, share: Shares, options: ViewOptions): Element {
  const levels = of.levels(by);
  if (levels === null) return gradient(options, of.names[by]!, share.low, share.high);
  const box = legendLine(options.document, of.names[by]!);
  levels.forEach((level, i) =>
    box.append(key(options.document, ramp(i / Math.max(1, levels.length - 1), options.dark), level)),
  );
  if (rowsOf(of).some((row) => of.value(row, by) === null)) box.append(key(options.document, MISSING, 'missing'));
  return box;
}

/** By interactions where the explanation holds them, else by how values and shares go along. */
function partnerOf(explanation: Explanation, of: Slice, feature: number, output?: number | string): number | null {
  const size = pairSizes(explanation, output);
  return size === null ? partner(of, feature) : closest(size, of.features, feature);
}
