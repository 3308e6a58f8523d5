import * as Plot from '@observablehq/plot';
import { FAINT, figure, type Fit, LEARNED, number, STYLE, type ViewOptions, WATCHED } from './fit.ts';

interface Point {
  readonly tree: number;
  readonly loss: number;
}

const curve = (losses: Fit['history']['watched']): Point[] =>
  losses === null
    ? []
    : Array.from({ length: losses.data.length }, (_, i) => ({ tree: i + 1, loss: Number(losses.data[i]) }));

/** The loss after each tree: on the rows learned from it always falls; on the others it shows when more trees stop helping. */
export function history({ history: of, trees, target }: Fit, { document, width }: ViewOptions): Element {
  const learned = curve(of.train);
  const watched = curve(of.watched);
  const best = watched.reduce<Point | null>(
    (low, point) => (low === null || point.loss < low.loss ? point : low),
    null,
  );
  const lines = [
    { points: learned, stroke: LEARNED, name: 'learned from' },
    { points: watched, stroke: WATCHED, name: 'held back' },
  ].filter(({ points }) => points.length > 0);
  const unit = of.loss === 'rmse' ? `Root mean squared error of ${target}` : 'Log-loss (nat)';
  const drawing = Plot.plot({
    document,
    width,
    height: Math.min(320, Math.max(230, width * 0.42)),
    marginLeft: 48,
    marginRight: 92,
    marginTop: 30,
    marginBottom: 46,
    style: STYLE,
    x: {
      label: 'Trees',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 38,
      tickSize: 4,
      ticks: Math.min(8, width / 80),
    },
    y: { label: `↑ ${unit}`, grid: true, nice: true, tickFormat: number, ticks: 5, tickSize: 0 },
    marks: [
      ...(trees < learned.length ? [Plot.ruleX([trees], { stroke: FAINT })] : []),
      ...lines.flatMap(({ points, stroke, name }) => [
        Plot.lineY(points, { x: 'tree', y: 'loss', stroke, strokeWidth: 1.75, clip: true }),
        Plot.text(points.slice(-1), {
          x: 'tree',
          y: 'loss',
          text: () => name,
          fill: stroke,
          dx: 6,
          textAnchor: 'start',
          fontWeight: 600,
        }),
      ]),
      ...(best === null
        ? []
        : [
            Plot.dot([best], { x: 'tree', y: 'loss', fill: WATCHED, r: 3.5 }),
            Plot.text([best], {
              x: 'tree',
              y: 'loss',
              text: () => `${number(best.loss)} at ${best.tree}`,
              dy: -11,
              fill: 'currentColor',
            }),
          ]),
    ],
  });
  const last = learned.at(-1);
  const fell = `${unit} over ${learned.length} trees falls to ${number(last?.loss ?? 0)} on the rows learned from`;
  return figure(
    document,
    drawing,
    best === null ? `${fell}.` : `${fell}; on those held back it is least, ${number(best.loss)}, at tree ${best.tree}.`,
  );
}
