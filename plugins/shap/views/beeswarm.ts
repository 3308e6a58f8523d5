import { estimated, half, isEstimated, reachOf } from './certainty.ts';
import { besides, whisker, whiskerKey } from './whiskers.ts';
import { ramp } from './colours.ts';
import * as Plot from '@observablehq/plot';
import { type Explanation, importance, rowsOf, slice } from './explanation.ts';
import type { Drawn, Scene } from './picture.ts';
import { FAINT, figure, fit, gradient, inUnit, MISSING_HEX, number, shares, shown, STYLE } from './ink.ts';
import { nearest, pointing } from './pointing.ts';
import { imageMark, MANY, shape } from './raster.ts';
import { circles, speckled } from './speckle.ts';
import { domainOf, ENDS, endsOf } from './ends.ts';
import { extent } from './extent.ts';
import { swarm } from './swarm.ts';

const ROW = 36;
const TOP = 6;
/** Steps of colour from low to high. */
const SHADES = 64;

/** Each dot is a row; where it lies is what the feature adds to the prediction, its colour how large the feature's value is. */
export function beeswarm(explanation: Explanation, scene: Scene): Drawn {
  const { document, width, dark } = scene;
  const of = slice(explanation, scene.output);
  const chosen = importance(of).order.slice(0, scene.top ?? 10);
  const rows = rowsOf(of);
  const narrow = width < 480;
  const radius = narrow ? 1.7 : 2.3;
  const left = Math.min(
    150,
    Math.max(76, 14 + 6.6 * Math.max(...chosen.map((f) => of.names[f]!.length)), narrow ? 76 : 96),
  );
  const [least, most] = extent(of, chosen);
  const named = endsOf(of, chosen, dark);
  const domain = domainOf(named, least, most, width - left - 12);
  const pixels = (value: number): number => ((value - domain[0]) / (domain[1] - domain[0])) * (width - left - 12);
  const count = chosen.length * of.rows;
  // One after the other, feature by feature: a million rows and features are too many objects.
  const [along, across, colour] = [new Float32Array(count), new Float32Array(count), new Uint8Array(count)];
  chosen.forEach((feature, place) => {
    const share = shares(of, feature);
    const at = rows.map((row) => pixels(of.part(row, feature)));
    const offset = swarm(at, radius, ROW * 0.44);
    for (let row = 0; row < of.rows; row++) {
      const dot = place * of.rows + row;
      const part = share.of(row);
      along[dot] = left + at[row]!;
      across[dot] = TOP + (place + 0.5) * ROW + offset[row]!;
      colour[dot] = part === null ? SHADES : Math.round(Math.min(1, Math.max(0, part)) * (SHADES - 1));
    }
  });
  const colours = [...Array.from({ length: SHADES }, (_, i) => ramp(i / (SHADES - 1), dark)), MISSING_HEX];
  const drawing = Plot.plot({
    document,
    width,
    height: chosen.length * ROW + 56,
    marginLeft: left,
    marginRight: 12,
    marginTop: TOP,
    marginBottom: 48,
    style: STYLE,
    x: {
      domain,
      label: inUnit(`Adds to ${of.label}`, of.unit),
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 40,
      ticks: narrow ? 5 : 8,
      tickFormat: number,
      tickSize: 4,
    },
    y: { domain: [chosen.length - 0.5, -0.5], axis: null },
    marks: [
      Plot.ruleY([...chosen.keys()], { stroke: FAINT }),
      Plot.ruleX([0], { stroke: 'currentColor', strokeOpacity: 0.45 }),
      count > MANY
        ? imageMark((_x, _y, box) =>
            speckled(document, box, {
              xs: along,
              ys: across,
              colour,
              colours,
              half: count > 10 * MANY ? 1 : radius,
              cover: 0.9,
            }),
          )
        : () => circles(document, { xs: along, ys: across, colour, colours, half: radius, cover: 0.9 }),
      Plot.text(named.start, { ...ENDS, textAnchor: 'end', dx: -7 }),
      Plot.text(named.end, { ...ENDS, textAnchor: 'start', dx: 7 }),
      Plot.text([...chosen.keys()], {
        y: (place: number) => place,
        frameAnchor: 'left',
        dx: -10,
        textAnchor: 'end',
        text: (place: number) => fit(of.names[chosen[place]!]!, left - 12),
        fontSize: 13,
      }),
    ],
  }) as SVGElement & Plot.Plot;
  const under = shape(document, 'g', { 'pointer-events': 'none' });
  const whiskerAt = (dot: number): SVGElement[] => {
    const [feature, row] = [chosen[Math.floor(dot / of.rows)]!, dot % of.rows];
    const reach = pixels(half(of.error(row, feature))) - pixels(0);
    const [x, y] = [along[dot]!, across[dot]!];
    return reach > 0 ? whisker(document, [x - reach, y], [x + reach, y]) : [];
  };
  const remember = pointing(drawing, scene, (px, py) => {
    const dot = nearest(along, across, px, py, 12);
    under.replaceChildren(...(dot < 0 ? [] : whiskerAt(dot)));
    if (dot < 0) return null;
    const [feature, row] = [chosen[Math.floor(dot / of.rows)]!, dot % of.rows];
    const adds = estimated(of.part(row, feature), of.error(row, feature), of.unit);
    const text = `${of.names[feature]}: ${shown(of, row, feature)}\nadds ${adds}\nrow ${row}`;
    return { row, x: along[dot]!, y: across[dot]!, text };
  });
  const marker = shape(document, 'g', { 'pointer-events': 'none' });
  drawing.append(marker, under);
  drawing.addEventListener('pointerleave', () => under.replaceChildren());
  const mark = (row: number | null): void => {
    remember(row);
    marker.replaceChildren();
    if (row === null) return;
    chosen.forEach((_, place) => {
      const dot = place * of.rows + row;
      const ring = { cx: along[dot]!, cy: across[dot]!, r: radius + 2.6, fill: colours[colour[dot]!]! };
      marker.append(
        ...whiskerAt(dot),
        shape(document, 'circle', { ...ring, stroke: 'var(--paper, canvas)', 'stroke-width': 4.5 }),
        shape(document, 'circle', { ...ring, stroke: 'currentColor', 'stroke-width': 1.8 }),
      );
    });
  };
  const says = `SHAP values of ${of.rows} rows for ${of.label}, by feature, largest first: ${chosen.map((feature) => of.names[feature]).join(', ')}.${reachOf(of, chosen)}`;
  const values = gradient(scene, 'Value of the feature', 'low', 'high');
  const legend = isEstimated(of, chosen)
    ? besides(document, values, whiskerKey(document, '95 % interval of the row pointed at'))
    : values;
  return { ...figure(drawing, says, legend), mark };
}
