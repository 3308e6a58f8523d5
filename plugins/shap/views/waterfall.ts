import * as Plot from '@observablehq/plot';
import { half } from './certainty.ts';
import { whiskerKey } from './whiskers.ts';
import { type Explanation, rowAt, slice, stepsOf } from './explanation.ts';
import type { Drawn, Scene } from './picture.ts';
import { aligned, DOWN, FAINT, figure, fit, inUnit, number, QUIET, shown, STYLE, UP, withUnit } from './ink.ts';

interface Bar {
  readonly place: number;
  readonly name: string;
  readonly value: string;
  readonly part: number;
  readonly error: number;
  readonly from: number;
  readonly to: number;
}

/** Where a bar would end at either end of its 95 % interval. */
const low = ({ to, error }: Bar): number => to - half(error);
const high = ({ to, error }: Bar): number => to + half(error);

/** One prediction, from what the model says on average down to what it says here, a step per feature. */
export function waterfall(explanation: Explanation, options: Scene): Drawn {
  const { document, width } = options;
  const of = slice(explanation, options.output);
  const row = rowAt(of, options.row);
  let at = of.base;
  const bars: Bar[] = stepsOf(of, row, options.top ?? 10, (r, feature) => shown(of, r, feature)).map((step, place) => {
    const from = at;
    at += step.part;
    return { place, ...step, from, to: at };
  });
  const end = at;
  const unsure = bars.filter(({ error }) => error > 0);
  const figures = aligned(bars.map(({ part }) => part));
  const signed = (part: number): string => (part > 0 ? `+${figures(part)}` : figures(part));
  const stacked = width < 560;
  const height = stacked ? 34 : 27;
  const names = 8 + 7 * Math.max(...bars.map(({ name }) => name.length));
  const values = 12 + 6.6 * Math.max(...bars.map(({ value }) => value.length));
  const left = stacked
    ? Math.min(width * 0.4, Math.max(names, values) + 10)
    : Math.min(width * 0.42, names + values + 14);
  const ends = [
    { place: -1, x: of.base, says: `${withUnit(figures(of.base), of.unit)} on average` },
    { place: bars.length, x: end, says: `${withUnit(figures(end), of.unit)} here` },
  ];
  const all = [of.base, ...bars.flatMap((bar) => [low(bar), high(bar)])];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const middle = (least + most) / 2;
  const drawing = Plot.plot({
    document,
    width,
    height: (bars.length + 2) * height + 52,
    marginLeft: left,
    marginRight: 60,
    marginTop: 2,
    marginBottom: 46,
    style: STYLE,
    x: {
      domain: least === most ? [least - 1, most + 1] : [least, most],
      label: inUnit(of.label, of.unit),
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 40,
      nice: true,
      ticks: stacked ? 4 : 7,
      tickFormat: number,
      tickSize: 4,
    },
    y: { domain: [bars.length + 0.5, -1.5], axis: null },
    marks: [
      Plot.ruleY([-0.5, bars.length - 0.5], { stroke: FAINT, insetLeft: -left, insetRight: -60 }),
      Plot.ruleX([of.base], { stroke: 'currentColor', strokeOpacity: 0.3, strokeDasharray: '2,3' }),
      Plot.ruleX(bars, {
        x: 'to',
        y1: 'place',
        y2: (bar: Bar) => bar.place + 1,
        stroke: 'currentColor',
        strokeOpacity: 0.35,
      }),
      Plot.rect(bars, {
        x1: 'from',
        x2: 'to',
        y1: (bar: Bar) => bar.place - 0.33,
        y2: (bar: Bar) => bar.place + 0.33,
        fill: (bar: Bar) => (bar.part < 0 ? DOWN : UP),
        rx: 1.5,
      }),
      Plot.ruleY(unsure, { x1: low, x2: high, y: 'place', stroke: 'currentColor', strokeWidth: 1.25 }),
      ...[low, high].map((at) =>
        Plot.ruleX(unsure, {
          x: at,
          y1: (bar: Bar) => bar.place - 0.12,
          y2: (bar: Bar) => bar.place + 0.12,
          stroke: 'currentColor',
          strokeWidth: 1.25,
        }),
      ),
      Plot.text(bars, {
        x: (bar: Bar) => Math.max(bar.from, high(bar)),
        y: 'place',
        text: (bar: Bar) => signed(bar.part),
        dx: 6,
        textAnchor: 'start',
        fontVariant: 'tabular-nums',
      }),
      Plot.dot(ends, { x: 'x', y: 'place', r: 4, fill: 'currentColor' }),
      ...[1, -1].map((side) =>
        Plot.text(
          ends.filter(({ x }) => (x > middle ? -1 : 1) === side),
          {
            x: 'x',
            y: 'place',
            text: 'says',
            dx: 10 * side,
            textAnchor: side > 0 ? 'start' : 'end',
            fontWeight: 600,
            fontSize: 13,
          },
        ),
      ),
      Plot.text(bars, {
        y: 'place',
        frameAnchor: 'left',
        dx: stacked ? -10 : -left,
        dy: stacked ? -7 : 0,
        textAnchor: stacked ? 'end' : 'start',
        text: (bar: Bar) => fit(bar.name, stacked ? left - 8 : names),
        fill: QUIET,
      }),
      Plot.text(bars, {
        y: 'place',
        frameAnchor: 'left',
        dx: -10,
        dy: stacked ? 7 : 0,
        textAnchor: 'end',
        text: (bar: Bar) => fit(bar.value, stacked ? left - 8 : left - names + 8),
        fontWeight: 500,
      }),
    ],
  });
  const within = (error: number): string => (error > 0 ? ` ± ${figures(half(error))}` : '');
  const steps = bars.map(
    ({ name, value, part, error }) => `${name}${value === '' ? '' : ` ${value}`} ${signed(part)}${within(error)}`,
  );
  return figure(
    drawing,
    `${of.label} of row ${row}: from ${number(of.base)} on average to ${number(end)}: ${steps.join(', ')}.${unsure.length > 0 ? ' ± is a 95 % interval.' : ''}`,
    unsure.length > 0 ? whiskerKey(document) : undefined,
  );
}
