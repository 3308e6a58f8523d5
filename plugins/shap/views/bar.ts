import * as Plot from '@observablehq/plot';
import { importance, slice } from './explanation.ts';
import type { Explanation, ViewOptions } from './explanation.ts';
import { UP, figure, fit, number } from './ink.ts';

/** Mean size of what each feature adds: how much the model leans on it, whichever way. */
export function bar(explanation: Explanation, options: ViewOptions): Element {
  const of = slice(explanation, options.output);
  const { mean, order } = importance(of);
  const top = options.top ?? 10;
  const bars = order.slice(0, top).map((feature) => ({ name: of.names[feature]!, size: mean[feature]! }));
  const rest = order.slice(top);
  if (rest.length > 0)
    bars.push({ name: `${rest.length} others`, size: rest.reduce((sum, feature) => sum + mean[feature]!, 0) });
  const left = options.width < 480 ? 96 : 132;
  const drawing = Plot.plot({
    document: options.document,
    width: options.width,
    height: bars.length * 26 + 48,
    marginLeft: left,
    marginRight: 52,
    marginTop: 4,
    marginBottom: 40,
    style: { background: 'transparent', fontSize: '12px' },
    x: { label: `Mean |SHAP| on ${of.label}`, labelAnchor: 'center', tickFormat: number, ticks: 5 },
    y: { domain: bars.map(({ name }) => name), label: null },
    marks: [
      Plot.barX(bars, { x: 'size', y: 'name', fill: UP, insetTop: 4, insetBottom: 4 }),
      Plot.text(bars, {
        x: 'size',
        y: 'name',
        text: ({ size }: { size: number }) => number(size),
        dx: 6,
        textAnchor: 'start',
      }),
      Plot.axisY({ tickSize: 0, label: null, tickFormat: (name: string) => fit(name, left / 6.6) }),
    ],
  });
  return figure(
    options.document,
    drawing,
    `Mean absolute SHAP value by feature: ${bars.map(({ name, size }) => `${name} ${number(size)}`).join(', ')}.`,
  );
}
