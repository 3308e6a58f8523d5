import { AREA, area, channels } from './colours.ts';
import { estimated, reachOf } from './certainty.ts';
import { type Explanation, importance, slice, type Slice } from './explanation.ts';
import { columnOf, type Heat, heatOf, startOf } from './heat.ts';
import { count, figure, fit, inUnit, MISSING_RGB, number, QUIET, scale, shown, STYLE, withUnit } from './ink.ts';
import { byOutput, bySimilarity, predictions } from './order.ts';
import type { Drawn, Scene } from './picture.ts';
import { type Found, pointing } from './pointing.ts';
import { CURVE, curve } from './curve.ts';
import { cells, shape, text } from './raster.ts';
import { once } from './shared.ts';

const ROW = 24;
const GAP = 10;

/** All rows at once: a column a row, a line a feature, its colour what the feature adds; over them the curve of the predictions. */
export function heatmap(explanation: Explanation, scene: Scene): Drawn {
  const { document, width, dark } = scene;
  const of = slice(explanation, scene.output);
  const ranked = importance(of).order;
  const top = scene.top ?? 10;
  const rest = ranked.slice(top);
  const lines = [...ranked.slice(0, top).map((feature) => [feature]), ...(rest.length > 0 ? [rest] : [])];
  const names = lines.map((line) =>
    line.length === 1 && line !== rest ? of.names[line[0]!]! : `${rest.length} others`,
  );
  const way = scene.order ?? 'similarity';
  const found = (name: string): string => `${name} ${of.output} ${top}`;
  const said = once(explanation, `predictions ${of.output}`, () => predictions(of));
  const order = once(explanation, found(way), () => orderOf(of, way, ranked.slice(0, top), said));
  const left = Math.min(width * 0.34, Math.max(64, 18 + 7 * Math.max(...names.map((name) => name.length))));
  const plot = { x: left, y: CURVE + GAP, width: width - left - 8, height: lines.length * ROW };
  const heat = heatOf(of, lines, order, said, plot.width);
  const height = plot.y + plot.height + 30;
  const drawing = shape(document, 'svg', {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    style: `${STYLE};display:block`,
  });
  drawing.append(cells(document, plot, heat.columns, lines.length, pixelsOf(heat, lines.length, dark)));
  names.forEach((name, line) => {
    const y = plot.y + line * ROW;
    drawing.append(
      text(
        document,
        fit(name, left - 12),
        { x: left - 10, y: y + ROW / 2, 'text-anchor': 'end', 'font-size': 13 },
        name,
      ),
    );
    if (line > 0)
      drawing.append(
        shape(document, 'line', { x1: left, x2: left + plot.width, y1: y, y2: y, stroke: 'var(--paper, canvas)' }),
      );
  });
  drawing.append(curve(document, of, heat, plot));
  const start = width < 480 ? 0 : left;
  const under = { x: start, y: height - 9, fill: QUIET };
  const rows = `${count(of.rows)} rows`;
  const ordered = way === 'output' ? 'by prediction' : way === 'rows' ? 'as they came' : 'alike side by side';
  const shares = heat.columns < of.rows ? `, about ${count(Math.round(of.rows / heat.columns))} a column` : '';
  drawing.append(text(document, fit(`${rows}, ${ordered}${shares}`, width - start), under));
  const marker = shape(document, 'g', { 'pointer-events': 'none' });
  drawing.append(marker);
  const places = once(explanation, found(`${way} places`), () => placesOf(order));
  const centre = (row: number): number =>
    left + ((columnOf(places[row]!, heat.columns, of.rows) + 0.5) / heat.columns) * plot.width;
  const at = (x: number, y: number): Found | null => {
    const share = (x - left) / plot.width;
    const line = Math.floor((y - plot.y) / ROW);
    if (share < 0 || share >= 1 || y < 0 || line >= lines.length) return null;
    const row = order[startOf(Math.floor(share * heat.columns), heat.columns, of.rows)]!;
    const features = lines[Math.max(0, line)]!;
    const part = features.reduce((sum, feature) => sum + of.part(row, feature), 0);
    const error = of.hasErrors ? Math.hypot(...features.map((feature) => of.error(row, feature))) : 0;
    const value = features === rest ? '' : `: ${shown(of, row, features[0]!)}`;
    const adds = line < 0 ? '' : `${names[line]}${value}\nadds ${estimated(part, error, of.unit)}\n`;
    return { row, x, y, text: `${adds}prediction ${withUnit(number(said[row]!), of.unit)}\nrow ${row}` };
  };
  const remember = pointing(drawing, scene, at);
  const mark = (row: number | null): void => {
    remember(row);
    marker.replaceChildren();
    if (row === null) return;
    const x = centre(row);
    const wide = Math.max(2, plot.width / heat.columns);
    const box = { x: x - wide / 2 - 1, y: 4, width: wide + 2, height: plot.y + plot.height - 2, rx: 2, fill: 'none' };
    marker.append(
      shape(document, 'rect', { ...box, stroke: 'var(--paper, canvas)', 'stroke-width': 4, 'stroke-opacity': 0.8 }),
      shape(document, 'rect', { ...box, stroke: 'currentColor', 'stroke-width': 1.5 }),
    );
  };
  const says = `What each feature adds to ${of.label} in ${rows}, ${ordered}; strongest first: ${names.join(', ')}.${reachOf(of, ranked.slice(0, top))}`;
  const colours = AREA[dark ? 'dark' : 'light'];
  const legend = scale(document, inUnit('Adds', of.unit), colours, number(-heat.limit), `+${number(heat.limit)}`);
  return { ...figure(drawing, says, legend), mark };
}

function orderOf(
  of: Slice,
  way: 'similarity' | 'output' | 'rows',
  features: readonly number[],
  said: Float64Array,
): Uint32Array {
  if (way === 'similarity') return bySimilarity(of, features, said);
  if (way === 'output') return byOutput(said);
  if (way === 'rows') return Uint32Array.from(said.keys());
  throw new RangeError(`Rows can be ordered by 'similarity', by 'output', or as 'rows'.`);
}

function placesOf(order: Uint32Array): Uint32Array {
  const places = new Uint32Array(order.length);
  order.forEach((row, place) => (places[row] = place));
  return places;
}

function pixelsOf({ parts, limit }: Heat, lines: number, dark: boolean): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(parts.length * 4);
  parts.forEach((part, i) => {
    pixels.set(Number.isFinite(part) ? channels(area(part / limit, dark)) : MISSING_RGB, i * 4);
    pixels[i * 4 + 3] = 255;
  });
  return lines === 0 ? new Uint8ClampedArray(4) : pixels;
}
