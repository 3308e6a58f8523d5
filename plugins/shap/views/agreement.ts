import { estimated } from './certainty.ts';
import { INK } from './colours.ts';
import { columnOf, type Difference } from './differences.ts';
import type { Slice } from './explanation.ts';
import { fit, number, QUIET, STYLE } from './ink.ts';
import type { ViewOptions } from './options.ts';
import type { Scene } from './picture.ts';
import { nearest, pointing } from './pointing.ts';
import { MANY, shape, text } from './raster.ts';
import { speckled } from './speckle.ts';

const GAP = 26;

type Labels = readonly [string, string];

/** A square a feature: what it adds to each row in one explanation against what it adds in the other. On the diagonal they agree. */
export function agreement(
  a: Slice,
  b: Slice,
  features: readonly Difference[],
  labels: Labels,
  options: ViewOptions,
  act: Pick<Scene, 'tip' | 'choose'>,
): { readonly drawing: Element; readonly mark: (row: number | null) => void } {
  const { document, width, dark } = options;
  const side = Math.max(60, Math.min(200, (width - 18 - GAP * (features.length - 1)) / features.length));
  const height = side + 62;
  const drawing = shape(document, 'svg', {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    style: `${STYLE};display:block;margin-top:14px`,
  });
  const squares = features.map((feature, i) => squareOf(a, b, feature, 18 + i * (side + GAP), 24, side));
  const many = a.rows * features.length > MANY;
  squares.forEach(({ feature, left, xs, ys }, i) => {
    const [top, right, bottom] = [24, left + side, 24 + side];
    drawing.append(
      shape(document, 'rect', {
        x: left,
        y: top,
        width: side,
        height: side,
        fill: 'none',
        stroke: 'currentColor',
        'stroke-opacity': 0.25,
      }),
      shape(document, 'line', {
        x1: left,
        y1: bottom,
        x2: right,
        y2: top,
        stroke: 'currentColor',
        'stroke-opacity': 0.45,
        'stroke-dasharray': '2,3',
      }),
      text(
        document,
        fit(feature.name, side),
        { x: left, y: 12, 'font-size': 13, 'font-weight': i === 0 ? 600 : 500 },
        feature.name,
      ),
      text(document, `${labels[0]} →`, { x: right, y: bottom + 13, 'text-anchor': 'end', fill: QUIET }),
      text(document, `r ${feature.along === null ? '–' : number(feature.along)}`, {
        x: left,
        y: bottom + 13,
        fill: QUIET,
      }),
      text(document, `${labels[1]} →`, {
        x: 0,
        y: 0,
        transform: `translate(${left - 9},${top}) rotate(-90)`,
        'text-anchor': 'end',
        fill: QUIET,
      }),
    );
    const size = many ? 0.8 : 1.9;
    if (many)
      drawing.append(
        speckled(
          document,
          { x: left, y: top, width: side, height: side },
          {
            xs,
            ys,
            colours: [INK[dark ? 'dark' : 'light']],
            half: size,
            cover: Math.max(0.15, Math.min(0.6, 4000 / a.rows)),
          },
        ),
      );
    else
      xs.forEach((x, row) =>
        drawing.append(
          shape(document, 'circle', { cx: x, cy: ys[row]!, r: size, fill: 'currentColor', 'fill-opacity': 0.5 }),
        ),
      );
  });
  drawing.append(
    text(document, 'A dot is a row; on the dashed line both say the same.', { x: 18, y: height - 8, fill: QUIET }),
  );
  const marker = shape(document, 'g', { 'pointer-events': 'none' });
  drawing.append(marker);
  const remember = pointing(drawing, { ...options, ...act }, (x, y) => {
    const square = squares.find(({ left }) => x >= left - 4 && x <= left + side + 4);
    const row = square ? nearest(square.xs, square.ys, x, y, 12) : -1;
    if (!square || row < 0) return null;
    const parts = [a, b].map((of, i) => {
      const place = square.feature.places[i]!;
      return `${labels[i]} ${place < 0 ? 'does not know it' : estimated(of.part(row, place), of.error(row, place), of.unit)}`;
    });
    return { row, x, y, text: `${square.feature.name}\n${parts.join('\n')}\nrow ${row}` };
  });
  return {
    drawing,
    mark(row) {
      remember(row);
      marker.replaceChildren();
      if (row === null || row >= a.rows) return;
      for (const { xs, ys } of squares)
        marker.append(
          shape(document, 'circle', {
            cx: xs[row]!,
            cy: ys[row]!,
            r: 4.5,
            fill: 'var(--positive, #C8502D)',
            stroke: 'currentColor',
            'stroke-width': 1.8,
          }),
        );
    },
  };
}

/** Both parts of every row in a square with one scale for both, so that the diagonal is where they agree. */
function squareOf(a: Slice, b: Slice, feature: Difference, left: number, top: number, side: number) {
  const [x, y] = [columnOf(a, feature.places[0]), columnOf(b, feature.places[1])];
  const low = Math.min(x.reduce((least, v) => Math.min(least, v), 0), y.reduce((least, v) => Math.min(least, v), 0)); // prettier-ignore
  const high = Math.max(x.reduce((most, v) => Math.max(most, v), 0), y.reduce((most, v) => Math.max(most, v), 0)); // prettier-ignore
  const at = (value: number): number => 5 + ((value - low) / (high - low || 1)) * (side - 10);
  return {
    feature,
    left,
    xs: Float32Array.from(x, (v) => left + at(v)),
    ys: Float32Array.from(y, (v) => top + side - at(v)),
  };
}
