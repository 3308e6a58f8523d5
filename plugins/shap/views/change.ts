import { RAMP, ramp } from './colours.ts';
import { type Explanation, rowAt, sampled, slice, type Slice } from './explanation.ts';
import { FAINT, figure, fit, inUnit, MISSING_HEX, number, QUIET, scale, shown, STYLE, withUnit } from './ink.ts';
import { namedIn, percent } from './group-words.ts';
import { movesOf } from './moves.ts';
import type { Drawn, Scene } from './picture.ts';
import { pointing } from './pointing.ts';
import { shape, text } from './raster.ts';

const ROW = 32;
const TOP = 30;
const MOST = 20_000;

/** For one row: where its prediction would lie with another row's part of one feature, and which would carry it over the average. */
export function change(explanation: Explanation, scene: Scene): Drawn {
  const { document, width, dark } = scene;
  const all = slice(explanation, scene.output);
  const row = rowAt(all, scene.row);
  const threshold = scene.threshold ?? all.base;
  const ranked = rankedIn(all, row).slice(0, scene.top ?? 8);
  const moves =
    all.rows > MOST
      ? movesOf(withRow(sampled(all, MOST), all, row), 0, threshold, ranked)
      : movesOf(all, row, threshold, ranked);
  const said = rankedIn(all, row).reduce((sum, feature) => sum + all.part(row, feature), all.base);
  const groups = moves.flatMap((move) => move.groups);
  const least = groups.reduce((low, group) => Math.min(low, group.low), Math.min(said, threshold));
  const most = groups.reduce((high, group) => Math.max(high, group.high), Math.max(said, threshold));
  const narrow = width < 560;
  const names = moves.map(({ feature }) => all.names[feature]!);
  const left = Math.min(width * 0.3, Math.max(64, 18 + 7 * Math.max(...names.map((name) => name.length))));
  const right = narrow ? 84 : 150;
  const height = TOP + moves.length * ROW + 66;
  const bottom = TOP + moves.length * ROW;
  const x = (value: number): number => left + 8 + ((value - least) / (most - least || 1)) * (width - left - right - 22);
  const drawing = shape(document, 'svg', {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    style: `${STYLE};display:block`,
  });
  const rule = (at: number, attributes: Readonly<Record<string, string | number>>): SVGElement =>
    shape(document, 'line', { x1: x(at), x2: x(at), y1: TOP - 8, y2: bottom, stroke: 'currentColor', ...attributes });
  drawing.append(
    rule(threshold, { 'stroke-dasharray': '2,3', 'stroke-opacity': 0.6 }),
    rule(said, { 'stroke-width': 1.5 }),
  );
  const [here, there] = x(said) < x(threshold) ? ['end', 'start'] : ['start', 'end'];
  const gap = here === 'end' ? 4 : -4;
  const word = scene.threshold === undefined ? 'average' : 'threshold';
  drawing.append(
    text(document, `${number(said)} here`, { x: x(said) - gap, y: 12, 'text-anchor': here!, 'font-weight': 600 }),
    text(document, `${word} ${number(threshold)}`, {
      x: x(threshold) + gap,
      y: 12,
      'text-anchor': there!,
      fill: QUIET,
    }),
    text(document, narrow ? 'may cross' : 'may carry it over', {
      x: width,
      y: 12,
      'text-anchor': 'end',
      fill: QUIET,
    }),
  );
  const dots: { readonly x: number; readonly y: number; readonly told: string }[] = [];
  moves.forEach((move, place) => {
    const y = TOP + (place + 0.5) * ROW;
    drawing.append(
      shape(document, 'line', { x1: left, x2: width, y1: y + ROW / 2, y2: y + ROW / 2, stroke: FAINT }),
      text(
        document,
        fit(names[place]!, left - 12),
        { x: left - 10, y: y - 6, 'text-anchor': 'end', 'font-size': 13 },
        names[place]!,
      ),
      text(document, fit(shown(all, row, move.feature), left - 12), {
        x: left - 10,
        y: y + 9,
        'text-anchor': 'end',
        fill: QUIET,
      }),
      text(
        document,
        move.crossing ? fit(`${namedIn(all, move, move.crossing)}, ${percent(move.crossing)}`, right) : '–',
        {
          x: width,
          y,
          'text-anchor': 'end',
          ...(move.crossing ? { 'font-weight': 600 } : { fill: QUIET }),
        },
      ),
    );
    move.groups.forEach((group, i) => {
      const colour = group.from === null ? MISSING_HEX : ramp(i / Math.max(1, move.groups.length - 1), dark);
      const told = `${names[place]}: ${namedIn(all, move, group)}\n${withUnit(`${number(group.low)} to ${number(group.high)}`, all.unit)}\nby ${group.rows} ${group.rows === 1 ? 'row' : 'rows'}, ${percent(group)} of them over ${number(threshold)}`;
      const ring = group.own ? { stroke: 'currentColor', 'stroke-width': 1.6 } : {};
      drawing.append(
        shape(document, 'line', {
          x1: x(group.low),
          x2: x(group.high),
          y1: y,
          y2: y,
          stroke: colour,
          'stroke-width': 2,
          'stroke-opacity': 0.55,
        }),
        shape(document, 'circle', { cx: x(group.mean), cy: y, r: group.own ? 5 : 4, fill: colour, ...ring }),
      );
      dots.push({ x: x(group.mean), y, told });
    });
  });
  drawing.append(
    text(document, number(least), { x: x(least), y: bottom + 14, fill: QUIET }),
    text(document, number(most), { x: x(most), y: bottom + 14, 'text-anchor': 'end', fill: QUIET }),
    text(document, fit(`${inUnit(all.label, all.unit)} with the part that rows of other values get.`, width), {
      x: 0,
      y: bottom + 38,
      fill: QUIET,
    }),
    text(document, fit('From the explanation alone: the model was not asked.', width), {
      x: 0,
      y: bottom + 55,
      fill: QUIET,
    }),
  );
  pointing(drawing, { ...scene, choose: () => undefined }, (px, py) => {
    const near = dots
      .filter((dot) => Math.hypot(dot.x - px, dot.y - py) < 12)
      .sort((a, b) => Math.abs(a.x - px) - Math.abs(b.x - px))[0];
    return near ? { row, x: near.x, y: near.y, text: near.told } : null;
  });
  const crossing = moves.flatMap((move, i) =>
    move.crossing
      ? [`${names[i]} ${namedIn(all, move, move.crossing)} (by ${percent(move.crossing)} of the rows with that)`]
      : [],
  );
  const says = `${all.label} of row ${row} is ${number(said)}. By the parts that other rows get, what would carry it over ${number(threshold)} alone: ${crossing.join('; ') || 'nothing'}. The model was not asked.`;
  return figure(drawing, says, scale(document, 'Value of the feature', RAMP[dark ? 'dark' : 'light'], 'low', 'high'));
}

const rankedIn = (of: Slice, row: number): number[] =>
  Array.from({ length: of.features }, (_, feature) => feature).sort(
    (a, b) => Math.abs(of.part(row, b)) - Math.abs(of.part(row, a)),
  );

/** The row first, then all that are compared with it. */
const withRow = (some: Slice, all: Slice, row: number): Slice => ({
  ...some,
  rows: some.rows + 1,
  part: (at, feature) => (at === 0 ? all.part(row, feature) : some.part(at - 1, feature)),
  value: (at, feature) => (at === 0 ? all.value(row, feature) : some.value(at - 1, feature)),
});
