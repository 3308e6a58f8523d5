import * as Plot from '@observablehq/plot';
import { FAINT, figure, type Fit, STYLE, type ViewOptions } from './fit.ts';

const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.0995 ? 1 : 0)} %`;

/** Each feature's share of the loss that splits took away. */
export function importance(fit: Fit, { document, width, top = 12 }: ViewOptions): Element {
  const rows = fit.importance.slice(0, top);
  const left = Math.min(160, Math.max(84, width * 0.28));
  const drawing = Plot.plot({
    document,
    width,
    height: rows.length * 24 + 54,
    marginLeft: left,
    marginRight: 56,
    marginTop: 4,
    marginBottom: 48,
    style: STYLE,
    x: {
      label: 'Share of the loss taken away',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 40,
      tickSize: 4,
      tickFormat: (share: number) => `${Math.round(100 * share)} %`,
      ticks: Math.min(5, width / 110),
    },
    y: { domain: rows.map(({ feature }) => feature), label: null },
    marks: [
      Plot.ruleX([0], { stroke: FAINT }),
      Plot.barX(rows, {
        x: 'gain',
        y: 'feature',
        fill: 'currentColor',
        fillOpacity: 0.55,
        insetTop: 4,
        insetBottom: 4,
        rx: 1.5,
      }),
      Plot.text(rows, {
        x: 'gain',
        y: 'feature',
        text: ({ gain }: { gain: number }) => percent(gain),
        dx: 6,
        textAnchor: 'start',
      }),
      Plot.axisY({
        tickSize: 0,
        label: null,
        tickFormat: (name: string) => (name.length > left / 7 ? `${name.slice(0, left / 7 - 1)}…` : name),
      }),
    ],
  });
  return figure(
    document,
    drawing,
    `Share of the loss taken away by feature: ${rows.map(({ feature, gain }) => `${feature} ${percent(gain)}`).join(', ')}.`,
  );
}
