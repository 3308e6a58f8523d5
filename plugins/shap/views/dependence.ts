import { estimated, half, isEstimated, reachOf } from './certainty.ts';
import { besides, whisker, whiskerKey } from './whiskers.ts';
import { ramp } from './colours.ts';
import * as Plot from '@observablehq/plot';
import { closest, type Explanation, importance, pairSizes, rowsOf, sampled, slice, type Slice } from './explanation.ts';
import type { Drawn, Scene } from './picture.ts';
import {
  FAINT,
  figure,
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
} from './ink.ts';
import { axisOf } from './axis.ts';
import { extent } from './extent.ts';
import { partner } from './partner.ts';
import { nearest, pointing } from './pointing.ts';
import { imageMark, MANY, shape } from './raster.ts';
import { circles, speckled } from './speckle.ts';

/** Steps of colour from low to high. */
const SHADES = 64;
/** The intervals of more rows than this would hide the dots: they are shown one at a time. */
const FEW = 250;
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
        ? partnerOf(explanation, of, feature)
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
  const unsure = isEstimated(of, [feature]);
  const all = unsure && of.rows <= FEW;
  const reach = extent(of, [feature], all ? half : undefined);
  const radius = width < 480 ? 2.2 : 2.8;
  const told = (row: number): string => {
    const also = by === null ? '' : `\n${of.names[by]}: ${shown(of, row, by)}`;
    const adds = estimated(of.part(row, feature), of.error(row, feature), of.unit);
    return `${of.names[feature]}: ${shown(of, row, feature)}${also}\nadds ${adds}\nrow ${row}`;
  };
  let perUnit = 0;
  const spanOf = (row: number): number => half(of.error(row, feature)) * perUnit;
  /** All as one faint path behind the dots. */
  const intervals = (): SVGElement => {
    const d = Array.from(xs, (x, row) => `M${x},${ys[row]! - spanOf(row)}V${ys[row]! + spanOf(row)}`).join('');
    return shape(document, 'path', { d, fill: 'none', stroke: 'currentColor', 'stroke-opacity': 0.28 });
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
      domain: reach[0] < reach[1] ? reach : [-1, 1],
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
        perUnit = y(0) - y(1);
        if (of.rows > MANY) return speckled(document, box, dots);
        const group = shape(document, 'g', {});
        if (all) group.append(intervals());
        group.append(circles(document, dots));
        return group;
      }),
    ],
  }) as SVGElement & Plot.Plot;
  const under = shape(document, 'g', { 'pointer-events': 'none' });
  const whiskerAt = (row: number): SVGElement[] =>
    spanOf(row) > 0 ? whisker(document, [xs[row]!, ys[row]! - spanOf(row)], [xs[row]!, ys[row]! + spanOf(row)]) : [];
  const remember = pointing(drawing, scene, (px, py) => {
    const found = nearest(xs, ys, px, py, 14);
    under.replaceChildren(...(found < 0 ? [] : whiskerAt(found)));
    if (found < 0) return null;
    return { row: found, x: xs[found]!, y: ys[found]!, text: told(found) };
  });
  const marker = shape(document, 'g', { 'pointer-events': 'none' });
  drawing.append(marker, under);
  drawing.addEventListener('pointerleave', () => under.replaceChildren());
  const mark = (row: number | null): void => {
    remember(row);
    marker.replaceChildren();
    if (row === null) return;
    const ring = { cx: xs[row]!, cy: ys[row]!, r: radius + 2.4, fill: colours[colour[row]!]! };
    marker.append(
      ...whiskerAt(row),
      shape(document, 'circle', { ...ring, stroke: 'var(--paper, canvas)', 'stroke-width': 4.5 }),
      shape(document, 'circle', { ...ring, stroke: 'currentColor', 'stroke-width': 1.8 }),
    );
  };
  const says = `What ${of.names[feature]} adds to ${of.label}, against its value, for ${of.rows} rows${by === null ? '' : `, coloured by ${of.names[by]}`}.${reachOf(of, [feature])}`;
  const colouring = by === null ? undefined : legendOf(of, by, share!, scene);
  const words = all ? '95 % interval' : '95 % interval of the row pointed at';
  return {
    ...figure(drawing, says, unsure ? besides(document, colouring, whiskerKey(document, words)) : colouring),
    mark,
  };
}

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

/** By interactions where the explanation holds them, else by how values and shares go along. */
function partnerOf(explanation: Explanation, of: Slice, feature: number): number | null {
  const size = pairSizes(explanation, of.output);
  return size === null ? partner(sampled(of, SAMPLE), feature) : closest(size, of.features, feature);
}
