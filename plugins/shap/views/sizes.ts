import * as Plot from '@observablehq/plot';
import type { Difference } from './differences.ts';
import type { Slice } from './explanation.ts';
import { aligned, FAINT, fit, inUnit, number, QUIET, STYLE, UP } from './ink.ts';
import type { ViewOptions } from './options.ts';

/** What two explanations are called that have no names. */
export const LABELS = ['A', 'B'] as const;

/** Both mean sizes of each feature on one line; the further apart the parts of its rows, the higher it stands. */
export function sizes(of: Slice, rows: readonly Difference[], all: number, options: ViewOptions): Element {
  const { document, width } = options;
  const figures = aligned(rows.map(({ apart }) => apart));
  const left = Math.min(width * 0.34, 20 + 7 * Math.max(...rows.map(({ name }) => name.length)));
  const ends = rows.flatMap(({ name, sizes: both }) => both.map((size, i) => ({ name, size, which: i })));
  const known = ends.filter(({ size }) => size !== null);
  const largest = known.reduce((most, { size }) => Math.max(most, size ?? 0), 0);
  const labels = options.labels ?? LABELS;
  return Plot.plot({
    document,
    width,
    height: rows.length * 25 + 72,
    marginLeft: left,
    marginRight: width < 480 ? 64 : 92,
    marginTop: 24,
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
      Plot.ruleY(rows, { y: 'name', stroke: FAINT }),
      Plot.ruleX([0], { stroke: 'currentColor', strokeOpacity: 0.45 }),
      Plot.ruleY(rows, {
        x1: ({ sizes: [first] }: Difference) => first ?? 0,
        x2: ({ sizes: [, second] }: Difference) => second ?? 0,
        y: 'name',
        stroke: UP,
        strokeWidth: 2.5,
        strokeOpacity: ({ sizes: both }: Difference) => (both.includes(null) ? 0 : 0.75),
      }),
      Plot.dot(known, {
        x: 'size',
        y: 'name',
        r: 4.5,
        fill: ({ which }) => (which === 0 ? 'var(--paper, canvas)' : 'currentColor'),
        stroke: 'currentColor',
        strokeWidth: 1.5,
      }),
      ...[false, true].map((far) =>
        Plot.text(
          rows.filter(({ sizes: both }) => both.includes(null) && (both[0] ?? both[1] ?? 0) > largest / 2 === far),
          {
            x: ({ sizes: [first, second] }: Difference) => first ?? second ?? 0,
            y: 'name',
            text: ({ sizes: [first] }: Difference) => `only in ${labels[first === null ? 1 : 0]}`,
            textAnchor: far ? 'end' : 'start',
            dx: far ? -10 : 10,
            fill: QUIET,
            fontStyle: 'italic',
            stroke: 'var(--paper, canvas)',
            strokeWidth: 3,
          },
        ),
      ),
      ...[rows.slice(0, 3), rows.slice(3)].map((some, i) =>
        Plot.text(some, {
          y: 'name',
          frameAnchor: 'right',
          dx: width < 480 ? 56 : 84,
          textAnchor: 'end',
          text: ({ apart }: Difference) => figures(apart),
          fontVariant: 'tabular-nums',
          fontWeight: i === 0 ? 600 : 400,
        }),
      ),
      Plot.text([`apart per row${rows.length < all ? ` (${rows.length} of ${all})` : ''}`], {
        frameAnchor: 'top-right',
        dx: width < 480 ? 56 : 84,
        dy: -20,
        text: (words: string) => words,
        textAnchor: 'end',
        fill: QUIET,
      }),
      Plot.axisY({
        tickSize: 0,
        label: null,
        fontSize: 13,
        tickFormat: (name: string) => fit(name, left - 12),
      }),
    ],
  });
}
