import * as Plot from '@observablehq/plot';
import { slice } from './explanation.ts';
import type { Explanation, Slice, ViewOptions } from './explanation.ts';
import { DOWN, FAINT, UP, figure, fit, number, shown, signed } from './ink.ts';

interface Step {
  readonly place: number;
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly part: number;
}

/** One prediction, from what the model says on average down to what it says here, a step per feature. */
export function waterfall(explanation: Explanation, options: ViewOptions): Element {
  const of = slice(explanation, options.output);
  const row = options.row ?? 0;
  if (!Number.isInteger(row) || row < 0 || row >= of.rows)
    throw new RangeError(`There is no row ${row}: the explanation has ${of.rows}.`);
  const steps = stepsOf(of, row, options.top ?? 10);
  const end = steps.at(-1)?.to ?? of.base;
  const left = Math.min(230, Math.max(120, options.width * 0.34));
  const ends = [
    { place: -1, x: of.base, says: `average ${number(of.base)}` },
    { place: steps.length, x: end, says: `this row ${number(end)}` },
  ];
  const drawing = Plot.plot({
    document: options.document,
    width: options.width,
    height: (steps.length + 2) * 26 + 44,
    marginLeft: left,
    marginRight: 56,
    marginTop: 4,
    marginBottom: 40,
    style: { background: 'transparent', fontSize: '12px', overflow: 'visible' },
    x: { label: of.label, labelAnchor: 'center', nice: true, ticks: 6, tickFormat: number },
    y: { domain: [steps.length + 0.5, -1.5], axis: null },
    marks: [
      Plot.ruleX([of.base], { stroke: 'currentColor', strokeOpacity: 0.25, strokeDasharray: '2,3' }),
      Plot.ruleX(steps, {
        x: 'to',
        y1: (step: Step) => step.place,
        y2: (step: Step) => step.place + 1,
        stroke: 'currentColor',
        strokeOpacity: 0.35,
      }),
      Plot.rect(steps, {
        x1: 'from',
        x2: 'to',
        y1: (step: Step) => step.place - 0.34,
        y2: (step: Step) => step.place + 0.34,
        fill: (step: Step) => (step.part < 0 ? DOWN : UP),
        rx: 1.5,
      }),
      Plot.text(steps, {
        x: (step: Step) => Math.max(step.from, step.to),
        y: 'place',
        text: (step: Step) => signed(step.part),
        dx: 6,
        textAnchor: 'start',
        fontVariant: 'tabular-nums',
      }),
      Plot.dot(ends, { x: 'x', y: 'place', r: 4, fill: 'currentColor' }),
      Plot.text(ends, { x: 'x', y: 'place', text: 'says', dx: 9, textAnchor: 'start', fontWeight: 600 }),
      Plot.ruleY([-0.5, steps.length - 0.5], { stroke: FAINT }),
      Plot.axisY(
        steps.map(({ place }) => place),
        {
          tickSize: 0,
          label: null,
          tickPadding: 8,
          tickFormat: (place: number) => fit(steps[place]!.name, left / 6.4),
        },
      ),
    ],
  });
  const says = `From ${number(of.base)} on average to ${number(end)}: ${steps.map(({ name, part }) => `${name} ${signed(part)}`).join(', ')}.`;
  return figure(options.document, drawing, says);
}

function stepsOf(of: Slice, row: number, top: number): Step[] {
  const order = Array.from({ length: of.features }, (_, feature) => feature).sort(
    (a, b) => Math.abs(of.part(row, b)) - Math.abs(of.part(row, a)),
  );
  const parts = order.slice(0, top).map((feature) => ({
    name: `${of.names[feature]} = ${shown(of.value(row, feature), of.unit(feature))}`,
    part: of.part(row, feature),
  }));
  const rest = order.slice(top);
  if (rest.length > 0)
    parts.push({ name: `${rest.length} others`, part: rest.reduce((sum, feature) => sum + of.part(row, feature), 0) });
  let at = of.base;
  return parts.map(({ name, part }, place) => {
    const from = at;
    at += part;
    return { place, name, part, from, to: at };
  });
}
