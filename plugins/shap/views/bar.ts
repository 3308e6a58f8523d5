import * as Plot from '@observablehq/plot';
import { half } from './certainty.ts';
import { whiskerKey } from './whiskers.ts';
import { type Explanation, importance, slice } from './explanation.ts';
import type { Drawn, Scene } from './picture.ts';
import { aligned, FAINT, figure, fit, inUnit, number, STYLE } from './ink.ts';

interface Row {
  readonly name: string;
  readonly size: number;
  readonly error: number;
}

/** Ends of the 95 % interval; a size is never below 0. */
const low = ({ size, error }: Row): number => Math.max(0, size - half(error));
const high = ({ size, error }: Row): number => size + half(error);

/** Mean size of what each feature adds: how much the model leans on it, whichever way. */
export function bar(explanation: Explanation, options: Scene): Drawn {
  const { document, width } = options;
  const of = slice(explanation, options.output);
  const { mean, error, order } = importance(of);
  const top = options.top ?? 10;
  const rows: Row[] = order.slice(0, top).map((feature) => ({
    name: of.names[feature]!,
    size: mean[feature]!,
    error: error[feature]!,
  }));
  const rest = order.slice(top);
  if (rest.length > 0)
    rows.push({
      name: `${rest.length} others`,
      size: rest.reduce((sum, feature) => sum + mean[feature]!, 0),
      error: Math.hypot(...rest.map((feature) => error[feature]!)),
    });
  const unsure = rows.filter((row) => row.error > 0);
  const figures = aligned(rows.map(({ size }) => size));
  const left = Math.min(width * 0.36, 20 + 7 * Math.max(...rows.map(({ name }) => name.length)));
  const drawing = Plot.plot({
    document,
    width,
    height: rows.length * 25 + 54,
    marginLeft: left,
    marginRight: 56,
    marginTop: 4,
    marginBottom: 48,
    style: STYLE,
    x: {
      label: inUnit(`Mean size of what it adds to ${of.label}`, of.unit),
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 40,
      tickFormat: number,
      ticks: width < 480 ? 4 : 7,
      tickSize: 4,
    },
    y: { domain: rows.map(({ name }) => name), label: null },
    marks: [
      Plot.ruleX([0], { stroke: FAINT }),
      Plot.barX(rows, {
        x: 'size',
        y: 'name',
        fill: 'currentColor',
        fillOpacity: 0.55,
        insetTop: 5,
        insetBottom: 5,
        rx: 1.5,
      }),
      Plot.ruleY(unsure, { x1: low, x2: high, y: 'name', stroke: 'currentColor', strokeWidth: 1.25 }),
      ...[low, high].map((end) =>
        Plot.tickX(unsure, { x: end, y: 'name', stroke: 'currentColor', strokeWidth: 1.25, inset: 8 }),
      ),
      Plot.text(rows, {
        x: high,
        y: 'name',
        text: ({ size }: Row) => figures(size),
        dx: 6,
        textAnchor: 'start',
        fontVariant: 'tabular-nums',
      }),
      Plot.axisY({ tickSize: 0, label: null, fontSize: 13, tickFormat: (name: string) => fit(name, left - 12) }),
    ],
  });
  const within = (row: Row): string => (row.error > 0 ? ` ± ${figures(half(row.error))}` : '');
  return figure(
    drawing,
    `Mean absolute SHAP value for ${of.label} by feature: ${rows.map((row) => `${row.name} ${figures(row.size)}${within(row)}`).join(', ')}.${unsure.length > 0 ? ' ± is a 95 % interval.' : ''}`,
    unsure.length > 0 ? whiskerKey(document) : undefined,
  );
}
