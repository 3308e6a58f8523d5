import * as Plot from '@observablehq/plot';
import { importance, slice } from './explanation.ts';
import type { Explanation, ViewOptions } from './explanation.ts';
import { FAINT, MISSING, figure, fit, gradient, number, ramp, rowsOf, shares, shown } from './ink.ts';

const ROW = 34;
const RADIUS = 2.2;

/** Each dot is a row; where it lies is what the feature adds to the prediction, its colour how large the feature's value is. */
export function beeswarm(explanation: Explanation, options: ViewOptions): Element {
  const of = slice(explanation, options.output);
  const { order } = importance(of);
  const shownFeatures = order.slice(0, options.top ?? 10);
  const left = options.width < 480 ? 96 : 132;
  const [least, most] = extent(of.rows, shownFeatures, of.part);
  const perPixel = (most - least || 1) / Math.max(1, options.width - left - 24);
  const dots = shownFeatures.flatMap((feature, place) => {
    const share = shares(of, feature);
    const offset = swarm(
      rowsOf(of).map((row) => of.part(row, feature)),
      perPixel * RADIUS * 1.6,
    );
    return rowsOf(of).map((row) => ({
      x: of.part(row, feature),
      y: place + offset[row]!,
      fill: share(row) === null ? MISSING : ramp(share(row)!),
      title: `${of.names[feature]} = ${shown(of.value(row, feature), of.unit(feature))}\nadds ${number(of.part(row, feature))}\nrow ${row}`,
    }));
  });
  const drawing = Plot.plot({
    document: options.document,
    width: options.width,
    height: shownFeatures.length * ROW + 52,
    marginLeft: left,
    marginTop: 8,
    marginBottom: 40,
    style: { background: 'transparent', fontSize: '12px', overflow: 'visible' },
    x: {
      label: `What the feature adds to ${of.label} →`,
      labelAnchor: 'center',
      grid: false,
      nice: true,
      tickFormat: number,
    },
    y: { domain: [shownFeatures.length - 0.5, -0.5], axis: null },
    marks: [
      Plot.ruleY(shownFeatures.keys(), { stroke: FAINT }),
      Plot.ruleX([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
      Plot.dot(dots, { x: 'x', y: 'y', fill: 'fill', r: RADIUS, fillOpacity: 0.85, title: 'title', tip: true }),
      Plot.axisY([...shownFeatures.keys()], {
        tickSize: 0,
        tickFormat: (place: number) => fit(of.names[shownFeatures[place]!]!, left / 6.6),
        tickPadding: 8,
        label: null,
      }),
    ],
  });
  const says = `SHAP values of ${of.rows} rows by feature, largest first: ${shownFeatures.map((feature) => of.names[feature]).join(', ')}.`;
  return figure(options.document, drawing, says, gradient(options.document, 'low', 'high', 'Feature value'));
}

function extent(
  rows: number,
  features: readonly number[],
  part: (row: number, feature: number) => number,
): [number, number] {
  let least = 0,
    most = 0;
  for (const feature of features)
    for (let row = 0; row < rows; row++) {
      least = Math.min(least, part(row, feature));
      most = Math.max(most, part(row, feature));
    }
  return [least, most];
}

/** Spreads equal values symmetrically about 0, within ±0.42 of a row's height; the same picture for the same values. */
function swarm(values: readonly number[], bin: number): number[] {
  const count = new Map<number, number>();
  const level = values.map((value) => {
    const at = Math.round(value / bin);
    const n = count.get(at) ?? 0;
    count.set(at, n + 1);
    return n;
  });
  const tallest = Math.max(...count.values());
  const step = Math.min((RADIUS * 1.7) / ROW, 0.84 / tallest);
  return level.map((n) => (n % 2 === 0 ? -1 : 1) * Math.ceil(n / 2) * step);
}
