import * as Plot from '@observablehq/plot';
import { estimated, half, isEstimated, reachOf } from './certainty.ts';
import { besides, whiskerKey } from './whiskers.ts';
import { ramp } from './colours.ts';
import { type Explanation, importance, slice } from './explanation.ts';
import { count, FAINT, figure, fit, inUnit, legendLine, number, shown, STYLE, withUnit } from './ink.ts';
import { predictions } from './order.ts';
import { outliers, pathOf, spreadOver } from './paths.ts';
import type { Drawn, Scene } from './picture.ts';
import { strongLine, whiskersOn, wordsOn } from './strong-line.ts';
import { pointing } from './pointing.ts';
import { imageMark, painted, shape } from './raster.ts';
import { once } from './shared.ts';

const ROW = 30;
/** More lines than this hide one another; what is left out is said. */
const MOST = 2000;
const STRONG = 8;

/** Each line is a row on its way from the average, feature by feature, up to its prediction. */
export function decision(explanation: Explanation, scene: Scene): Drawn {
  const { document, width, dark } = scene;
  const of = slice(explanation, scene.output);
  const ranked = importance(of).order;
  const top = scene.top ?? 10;
  const rest = ranked.slice(top);
  // From below: the rest, then the weak, at last the strong.
  const levels = [
    ...(rest.length > 0 ? [rest] : []),
    ...ranked
      .slice(0, top)
      .toReversed()
      .map((feature) => [feature]),
  ];
  const names = levels.map((features) => (features === rest ? `${rest.length} others` : of.names[features[0]!]!));
  const said = once(explanation, `predictions ${of.output}`, () => predictions(of));
  const rows = spreadOver(said, MOST);
  const paths = rows.map((row) => pathOf(of, levels, row));
  const far = new Set(outliers(said, STRONG));
  const [least, most] = paths.reduce(
    ([low, high], path) => [
      Math.min(low, ...path.filter(Number.isFinite)),
      Math.max(high, ...path.filter(Number.isFinite)),
    ],
    [of.base, of.base],
  );
  const pad = (most - least) * 0.03 || 1;
  const [low, high] = [said[rows[0]!]!, said[rows.at(-1)!]!];
  const colour = (row: number): string => ramp(high > low ? (said[row]! - low) / (high - low) : 0.5, dark);
  const left = Math.min(width * 0.34, Math.max(64, 18 + 7 * Math.max(...names.map((name) => name.length))));
  const height = levels.length * ROW + 78;
  const crowd = Math.max(0.07, Math.min(0.75, 24 / Math.sqrt(rows.length) / 4));
  const drawing = Plot.plot({
    document,
    width,
    height,
    marginLeft: left,
    marginRight: 14,
    marginTop: 26,
    marginBottom: 52,
    style: STYLE,
    x: {
      domain: [least - pad, most + pad],
      label: inUnit(of.label, of.unit),
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 42,
      ticks: width < 480 ? 4 : 8,
      tickFormat: number,
      tickSize: 4,
    },
    y: { domain: [0, levels.length], axis: null },
    marks: [
      Plot.ruleY([...levels.keys(), levels.length], { stroke: FAINT }),
      Plot.ruleX([of.base], { stroke: 'currentColor', strokeOpacity: 0.45, strokeDasharray: '2,3' }),
      imageMark((x, y, box) =>
        painted(document, box, (context) => {
          context.lineJoin = 'round';
          for (const strong of [false, true]) {
            rows.forEach((row, i) => {
              if (far.has(row) !== strong) return;
              context.globalAlpha = strong ? 1 : crowd;
              context.lineWidth = strong ? 1.6 : 1;
              context.strokeStyle = colour(row);
              context.beginPath();
              paths[i]!.forEach((value, level) => context.lineTo(x(value), y(level)));
              context.stroke();
            });
          }
        }),
      ),
      Plot.text([of.base], {
        x: (value: number) => value,
        frameAnchor: 'bottom',
        dy: -5,
        dx: -6,
        textAnchor: 'end',
        text: () => `average ${number(of.base)}`,
        stroke: 'var(--paper, canvas)',
        strokeWidth: 3,
        fill: 'currentColor',
      }),
      Plot.text(names, {
        y: (_: string, level: number) => level + 0.5,
        frameAnchor: 'left',
        dx: -10,
        textAnchor: 'end',
        text: (name: string) => fit(name, left - 12),
        title: (name: string) => name,
        fontSize: 13,
      }),
    ],
  }) as SVGElement & Plot.Plot;
  const [x, y] = [drawing.scale('x')!, drawing.scale('y')!].map(
    (scale) =>
      (value: number): number =>
        scale.apply(value) as number,
  ) as [(value: number) => number, (value: number) => number];
  const marker = shape(document, 'g', { 'pointer-events': 'none' });
  drawing.append(marker);
  let chosen: number | null = null;
  let under: number | null = null;
  const at = { document, x, y, left, width };
  const errorOf = (row: number, features: readonly number[]): number =>
    features.length === 1 ? of.error(row, features[0]!) : Math.hypot(...features.map((f) => of.error(row, f)));
  const strong = (row: number, stroke: string): SVGElement[] => {
    const path = pathOf(of, levels, row);
    const reach = levels.map((features) => half(errorOf(row, features)));
    return [...strongLine(at, path, stroke), ...whiskersOn(at, path, reach)];
  };
  const label = (row: number): SVGElement[] => {
    const values = levels.map((features) => (features === rest ? '' : shown(of, row, features[0]!)));
    return wordsOn(at, pathOf(of, levels, row), values, withUnit(number(said[row]!), of.unit));
  };
  const redraw = (): void => {
    marker.replaceChildren(
      ...(under === null || under === chosen ? [] : strong(under, colour(under))),
      ...(chosen === null ? [] : [...strong(chosen, 'currentColor'), ...label(chosen)]),
    );
  };
  const find = (px: number, py: number): { row: number; x: number; y: number; text: string } | null => {
    const level = ((y(0) - py) / (y(0) - y(levels.length))) * levels.length;
    if (px < left - 6 || level < 0 || level > levels.length) return null;
    const step = Math.min(levels.length - 1, Math.floor(level));
    let best = -1;
    let least = 14;
    paths.forEach((path, i) => {
      const place = x(path[step]! + (path[step + 1]! - path[step]!) * (level - step));
      const distance = Math.abs(place - px);
      if (distance < least) [best, least] = [i, distance];
    });
    if (best < 0) return null;
    const row = rows[best]!;
    const features = levels[step]!;
    const value = features === rest ? '' : `: ${shown(of, row, features[0]!)}`;
    const part = paths[best]![step + 1]! - paths[best]![step]!;
    return {
      row,
      x: px,
      y: py,
      text: `${names[step]}${value}\nadds ${estimated(part, errorOf(row, features), of.unit)}\nprediction ${withUnit(number(said[row]!), of.unit)}\nrow ${row}`,
    };
  };
  const remember = pointing(drawing, scene, find, (row) => {
    if (row === under) return;
    under = row;
    redraw();
  });
  const all = count(of.rows);
  const counted = legendLine(
    document,
    rows.length < of.rows
      ? `${count(rows.length)} of ${all} rows, evenly by prediction`
      : `${all} ${of.rows === 1 ? 'row' : 'rows'}`,
  );
  const says = `How ${of.label} of ${all} rows comes about, from ${number(of.base)} on average to predictions between ${number(low)} and ${number(high)}. Features from the weakest to the strongest: ${names.join(', ')}.${reachOf(of, ranked.slice(0, top))}`;
  const legend = isEstimated(of, ranked)
    ? besides(document, counted, whiskerKey(document, '95 % interval of each step of the row pointed at'))
    : counted;
  return {
    ...figure(drawing, says, legend),
    mark(row) {
      chosen = row;
      remember(row);
      redraw();
    },
  };
}
