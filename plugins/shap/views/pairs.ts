import * as Plot from '@observablehq/plot';
import { type Explanation, importance, pairSizes, slice } from './explanation.ts';
import type { Drawn, Scene } from './picture.ts';
import { aligned, figure, fit, inUnit, STYLE, UP } from './ink.ts';

interface Cell {
  readonly of: string;
  readonly with: string;
  readonly size: number;
}

/**
 * Mean size of what each two features add together, and on the diagonal of what each adds alone. `shap.interactions` gives half of a pair to each: here
 * stands the whole, once.
 *
 * @throws RangeError when the explanation holds no interactions
 */
export function pairs(explanation: Explanation, options: Scene): Drawn {
  const { document, width } = options;
  const of = slice(explanation, options.output);
  const size = pairSizes(explanation, options.output);
  if (size === null)
    throw new RangeError('This explanation holds no interactions: use shap.interactions in place of shap.explain.');
  const order = importance(of).order.slice(0, options.top ?? 10);
  const names = order.map((feature) => of.names[feature]!);
  const cells = order.flatMap((feature, row) =>
    order.slice(0, row + 1).map((other, column): Cell => {
      const together = size(feature, other);
      return { of: names[row]!, with: names[column]!, size: row === column ? together : 2 * together };
    }),
  );
  const most = Math.max(Number.MIN_VALUE, ...cells.map((cell) => cell.size));
  const figures = aligned(cells.map((cell) => cell.size));
  const left = Math.min(width * 0.3, 20 + 7 * Math.max(0, ...names.map((name) => name.length)));
  const each = Math.min(64, (width - left - 16) / Math.max(1, order.length));
  const drawing = Plot.plot({
    document,
    width: left + each * order.length + 16,
    height: 30 * order.length + 62,
    marginLeft: left,
    marginRight: 16,
    marginTop: 4,
    marginBottom: 58,
    style: STYLE,
    x: { domain: names, label: null, tickSize: 0, tickRotate: -35, tickFormat: (name: string) => fit(name, 90) },
    y: { domain: names, label: null },
    marks: [
      Plot.cell(cells, {
        x: 'with',
        y: 'of',
        fill: UP,
        fillOpacity: ({ size: own }: Cell) => 0.06 + 0.74 * (own / most),
        inset: 1,
        rx: 2,
        title: (cell: Cell) =>
          cell.of === cell.with
            ? `${cell.of} alone: ${figures(cell.size)}`
            : `${cell.of} with ${cell.with}: ${figures(cell.size)}`,
      }),
      ...(each < 40
        ? []
        : [
            Plot.text(cells, {
              x: 'with',
              y: 'of',
              text: (cell: Cell) => figures(cell.size),
              fontVariant: 'tabular-nums',
            }),
          ]),
      Plot.axisY({ tickSize: 0, label: null, fontSize: 13, tickFormat: (name: string) => fit(name, left - 12) }),
    ],
  });
  const largest = cells.filter((cell) => cell.of !== cell.with).sort((a, b) => b.size - a.size);
  return figure(
    drawing,
    `${inUnit(`Mean size of what two features add to ${of.label} together`, of.unit)}, on the diagonal of what each adds alone. Largest: ${largest
      .slice(0, 3)
      .map((cell) => `${cell.of} with ${cell.with} ${figures(cell.size)}`)
      .join(', ')}.`,
  );
}
