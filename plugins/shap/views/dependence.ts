import { ramp } from './colours.ts';
import * as Plot from '@observablehq/plot';
import { type Explanation, importance, rowsOf, sampled, slice, type Slice } from './explanation.ts';
import type { Drawn, Scene } from './picture.ts';
import {
  FAINT,
  figure,
  fit,
  gradient,
  inUnit,
  key,
  legendLine,
  MISSING,
  MISSING_HEX,
  number,
  type Shares,
  shares,
  shown,
  STYLE,
  withUnit,
} from './ink.ts';
import { partner } from './partner.ts';
import { nearest, pointing } from './pointing.ts';
import { imageMark, MANY, shape } from './raster.ts';
import { circles, speckled } from './speckle.ts';

/** Steps of colour from low to high. */
const SHADES = 64;
/** Rows among which the feature that it plays together with is looked for. */
const SAMPLE = 4000;

/** What a feature adds against its value, coloured by the feature that it plays together with most. */
export function dependence(explanation: Explanation, scene: Scene): Drawn {
  const { document, width, dark } = scene;
  const of = slice(explanation, scene.output);
  const feature = scene.feature === undefined ? (importance(of).order[0] ?? 0) : named(of, scene.feature);
  const by =
    scene.color === null
      ? null
      : scene.color === undefined
        ? partner(sampled(of, SAMPLE), feature)
        : named(of, scene.color);
  const share = by === null ? null : shares(of, by);
  const axis = axisOf(of, feature, width);
  const xs = new Float32Array(of.rows);
  const ys = new Float32Array(of.rows);
  const colour = new Uint8Array(of.rows);
  for (let row = 0; row < of.rows; row++) {
    const at = share === null ? 1 : share.of(row);
    colour[row] = at === null ? SHADES : Math.round(Math.min(1, Math.max(0, at)) * (SHADES - 1));
  }
  const colours = [...Array.from({ length: SHADES }, (_, i) => ramp(i / (SHADES - 1), dark)), MISSING_HEX];
  const [least, most] = extent(of, feature);
  const radius = width < 480 ? 2.2 : 2.8;
  const told = (row: number): string => {
    const also = by === null ? '' : `\n${of.names[by]}: ${shown(of, row, by)}`;
    const adds = withUnit(number(of.part(row, feature)), of.unit);
    return `${of.names[feature]}: ${shown(of, row, feature)}${also}\nadds ${adds}\nrow ${row}`;
  };
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
      domain: [least, most],
      nice: true,
      tickFormat: number,
      tickSize: 0,
      ticks: 6,
    },
    marks: [
      ...(axis.gap === null ? [] : [Plot.ruleX([axis.gap], { stroke: FAINT })]),
      Plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.45 }),
      imageMark((x, y, box) => {
        for (let row = 0; row < of.rows; row++) {
          xs[row] = x(axis.place(row));
          ys[row] = y(of.part(row, feature));
        }
        const dots = { xs, ys, colour, colours, half: of.rows > MANY ? 1 : radius, cover: 0.85 };
        return of.rows > MANY ? speckled(document, box, dots) : circles(document, dots);
      }),
    ],
  }) as SVGElement & Plot.Plot;
  const remember = pointing(drawing, scene, (px, py) => {
    const found = nearest(xs, ys, px, py, 14);
    if (found < 0) return null;
    return { row: found, x: xs[found]!, y: ys[found]!, text: told(found) };
  });
  const marker = shape(document, 'g', { 'pointer-events': 'none' });
  drawing.append(marker);
  const mark = (row: number | null): void => {
    remember(row);
    marker.replaceChildren();
    if (row === null) return;
    const ring = { cx: xs[row]!, cy: ys[row]!, r: radius + 2.4, fill: colours[colour[row]!]! };
    marker.append(
      shape(document, 'circle', { ...ring, stroke: 'var(--paper, canvas)', 'stroke-width': 4.5 }),
      shape(document, 'circle', { ...ring, stroke: 'currentColor', 'stroke-width': 1.8 }),
    );
  };
  const says = `What ${of.names[feature]} adds to ${of.label}, against its value, for ${of.rows} rows${by === null ? '' : `, coloured by ${of.names[by]}`}.`;
  return { ...figure(drawing, says, by === null ? undefined : legendOf(of, by, share!, scene)), mark };
}

/** The smallest and the largest part, and 0. */
function extent(of: Slice, feature: number): [number, number] {
  let [least, most] = [0, 0];
  for (let row = 0; row < of.rows; row++) {
    const part = of.part(row, feature);
    if (part < least) least = part;
    if (part > most) most = part;
  }
  return least === most ? [least - 1, most + 1] : [least, most];
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

/** @throws RangeError naming the features there are */
function named(of: Slice, name: string): number {
  const feature = of.names.indexOf(name);
  if (feature < 0) throw new RangeError(`There is no feature “${name}”. There are: ${of.names.join(', ')}.`);
  return feature;
}

function legendOf(of: Slice, by: number, share: Shares, scene: Scene): Element {
  const levels = of.levels(by);
  if (levels === null) return gradient(scene, of.names[by]!, share.low, share.high);
  const box = legendLine(scene.document, of.names[by]!);
  levels.forEach((level, i) =>
    box.append(key(scene.document, ramp(i / Math.max(1, levels.length - 1), scene.dark), level)),
  );
  if (rowsOf(of).some((row) => of.value(row, by) === null)) box.append(key(scene.document, MISSING, 'missing'));
  return box;
}
