import type { Slice } from './explanation.ts';
import type { Heat } from './heat.ts';
import { FAINT, number, QUIET } from './ink.ts';
import { shape, text } from './raster.ts';

/** Its height. */
export const CURVE = 56;

/** The mean prediction of each column, with all that lies in it where several rows share one, over the average. */
export function curve(
  document: Document,
  of: Slice,
  heat: Heat,
  plot: { readonly x: number; readonly width: number },
): SVGElement {
  const group = shape(document, 'g', {});
  const least = heat.low.reduce((a, b) => Math.min(a, b), of.base);
  const most = heat.high.reduce((a, b) => Math.max(a, b), of.base);
  const y = (value: number): number => CURVE - ((value - least) / (most - least || 1)) * (CURVE - 14);
  const x = (column: number): number => plot.x + ((column + 0.5) / heat.columns) * plot.width;
  const columns = [...heat.mean.keys()].filter((column) => Number.isFinite(heat.mean[column]));
  const along = (values: Float64Array, list: readonly number[]): string =>
    list.map((c) => `${x(c).toFixed(1)},${y(values[c]!).toFixed(1)}`).join('L');
  const average = y(of.base);
  group.append(
    shape(document, 'line', {
      x1: plot.x,
      x2: plot.x + plot.width,
      y1: average,
      y2: average,
      stroke: FAINT,
      'stroke-dasharray': '2,3',
    }),
  );
  if (columns.length > 0) {
    const band = `M${along(heat.high, columns)}L${along(heat.low, columns.toReversed())}Z`;
    group.append(shape(document, 'path', { d: band, fill: 'currentColor', 'fill-opacity': 0.16 }));
    const line =
      columns.length === 1 ? `M${plot.x},${y(heat.mean[columns[0]!]!)}h${plot.width}` : `M${along(heat.mean, columns)}`;
    group.append(
      shape(document, 'path', {
        d: line,
        fill: 'none',
        stroke: 'currentColor',
        'stroke-width': 1.3,
        'stroke-linejoin': 'round',
      }),
    );
  }
  const label = { x: plot.x - 10, 'text-anchor': 'end', fill: QUIET };
  const [high, low] = [number(most), number(of.base)];
  group.append(
    text(document, high, { ...label, y: Math.min(y(most), average - 14) }),
    text(document, `average ${low}`, { ...label, y: average }),
  );
  return group;
}
