import * as Plot from '@observablehq/plot';
import { estimated, half } from './certainty.ts';
import { whiskerKey } from './whiskers.ts';
import { type Explanation, rowAt, slice, type Step, stepsOf } from './explanation.ts';
import type { Drawn, Scene } from './picture.ts';
import { aligned, DOWN, FAINT, figure, inUnit, number, QUIET, shown, STYLE, UP, withUnit } from './ink.ts';

interface Segment extends Step {
  readonly from: number;
  readonly to: number;
}

/** Where a segment might as well begin, at either end of its 95 % interval. */
const low = ({ from, error }: Segment): number => from - half(error);
const high = ({ from, error }: Segment): number => from + half(error);

/** One prediction on one line: what pushes it up lies left of it, what pushes it down right of it, the strongest next to it. */
export function force(explanation: Explanation, options: Scene): Drawn {
  const { document, width } = options;
  const of = slice(explanation, options.output);
  const row = rowAt(of, options.row);
  const steps = stepsOf(of, row, options.top ?? 10, (r, feature) => shown(of, r, feature)).filter(
    ({ part }) => part !== 0,
  );
  const end = of.base + steps.reduce((sum, { part }) => sum + part, 0);
  const up = stack(
    steps.filter(({ part }) => part > 0),
    end,
  );
  const down = stack(
    steps.filter(({ part }) => part < 0),
    end,
  );
  const segments = [...up, ...down];
  const unsure = segments.filter(({ error }) => error > 0);
  const all = [of.base, end, ...segments.flatMap((segment) => [segment.to, low(segment), high(segment)])];
  const pad = (Math.max(...all) - Math.min(...all) || 1) * 0.03;
  const domain: [number, number] = [Math.min(...all) - pad, Math.max(...all) + pad];
  const perPixel = (domain[1] - domain[0]) / (width - 32);
  const roomy = segments.filter(
    ({ name, value, from, to }) => Math.abs(to - from) / perPixel > 6.4 * Math.max(name.length, value.length) + 4,
  );
  const figures = aligned(steps.map(({ part }) => part));
  const label = { x: (s: Segment) => (s.from + s.to) / 2, y: 0, fill: QUIET } as const;
  const drawing = Plot.plot({
    document,
    width,
    height: 170,
    marginLeft: 16,
    marginRight: 16,
    marginTop: 62,
    marginBottom: 46,
    style: STYLE,
    x: {
      domain,
      label: inUnit(of.label, of.unit),
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 40,
      ticks: Math.min(8, width / 90),
      tickFormat: number,
      tickSize: 4,
    },
    y: { domain: [2.2, -0.6], axis: null },
    marks: [
      Plot.ruleX([of.base], {
        y1: -0.6,
        y2: 0.6,
        insetTop: -26,
        stroke: 'currentColor',
        strokeOpacity: 0.3,
        strokeDasharray: '2,3',
      }),
      Plot.rect(segments, {
        x1: 'from',
        x2: 'to',
        y1: -0.5,
        y2: 0.5,
        fill: (s: Segment) => (s.part < 0 ? DOWN : UP),
        stroke: 'var(--paper, canvas)',
        strokeWidth: 1.5,
        title: (s: Segment) =>
          `${s.name}${s.value === '' ? '' : `: ${s.value}`}\n${s.part > 0 ? '+' : ''}${s.error > 0 ? estimated(s.part, s.error, '') : figures(s.part)}`,
        tip: true,
      }),
      Plot.ruleY(unsure, { x1: low, x2: high, y: 0.72, stroke: 'currentColor', strokeWidth: 1.25 }),
      ...[low, high].map((at) =>
        Plot.ruleX(unsure, { x: at, y1: 0.6, y2: 0.84, stroke: 'currentColor', strokeWidth: 1.25 }),
      ),
      Plot.text(roomy, { ...label, dy: 27, text: 'name' }),
      Plot.text(roomy, { ...label, dy: 42, text: 'value', fill: 'currentColor', fontWeight: 500 }),
      Plot.ruleX([end], { y1: -0.6, y2: 0.6, stroke: 'currentColor', strokeWidth: 2 }),
      Plot.ruleY([2.2], { stroke: FAINT }),
      Plot.text([{ x: end, says: withUnit(number(end), of.unit) }], {
        x: 'x',
        y: -0.6,
        dy: -12,
        text: 'says',
        fontWeight: 600,
        fontSize: 14,
      }),
      Plot.text([{ x: of.base, says: `${withUnit(number(of.base), of.unit)} on average` }], {
        x: 'x',
        y: -0.6,
        dy: -34,
        text: 'says',
        fill: QUIET,
      }),
    ],
  });
  const says = (list: readonly Step[]): string =>
    list
      .map(({ name, part, error }) => `${name} ${figures(part)}${error > 0 ? ` ± ${figures(half(error))}` : ''}`)
      .join(', ') || 'nothing';
  return figure(
    drawing,
    `${of.label} of row ${row} is ${number(end)}, ${number(of.base)} on average. Up: ${says(up)}. Down: ${says(down)}.${unsure.length > 0 ? ' ± is a 95 % interval.' : ''}`,
    unsure.length > 0 ? whiskerKey(document, '95 % interval of where each begins') : undefined,
  );
}

/** Steps side by side, the first ending at the prediction. Those that push up lie below it, those that push down above. */
function stack(steps: readonly Step[], end: number): Segment[] {
  let at = end;
  return steps.map((step) => {
    const to = at;
    at -= step.part;
    return { ...step, from: at, to };
  });
}
