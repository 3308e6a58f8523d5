import * as Plot from '@observablehq/plot';
import { type Difference, differencesOf } from './differences.ts';
import { type Explanation, slice, type Slice } from './explanation.ts';
import { aligned, FAINT, fit, inUnit, key, legendLine, number, QUIET, STYLE, UP } from './ink.ts';
import type { ViewOptions } from './options.ts';
import { line, nothing, tipOver } from './picture.ts';
import { agreement } from './agreement.ts';
import { outputPicker } from './pickers.ts';
import { choiceOf, choose, follow } from './shared.ts';

const LABELS = ['A', 'B'] as const;

/** How two explanations of the same rows (two models, or two methods) differ: what each leans on, and where their parts of each row lie. */
export function compare(a: Explanation, b: Explanation, options: ViewOptions): Element {
  const { document, width } = options;
  const box = document.createElement('figure');
  box.style.cssText = 'margin:0;position:relative';
  if ((a.values.shape[0] ?? 0) === 0 || (a.values.shape[1] ?? 0) === 0) {
    box.append(nothing(document, 'no rows'));
    return box;
  }
  const outputs = a.values.shape[2] ?? 1;
  const picker = outputs > 1 && options.output === undefined ? outputPicker(document, a) : null;
  const head = line(document);
  const body = document.createElement('div');
  body.setAttribute('role', 'img');
  body.style.cssText = 'position:relative';
  const tip = tipOver(body, width);
  let mark: (row: number | null) => void = () => undefined;
  let shown: number | null | undefined;
  const labels = options.labels ?? LABELS;

  const render = (): void => {
    const { output, row } = choiceOf(a);
    picker?.update();
    if (shown !== output) {
      shown = output;
      const wanted = options.output ?? output ?? undefined;
      const [left, right] = [slice(a, wanted), slice(b, wanted)];
      const found = differencesOf(left, right);
      const both = found.filter(({ sizes: known }) => !known.includes(null));
      const scatter = agreement(left, right, both.slice(0, width < 480 ? 2 : 4), labels, options, {
        tip: tip.show,
        choose: (next) => {
          choose(a, { row: next });
          choose(b, { row: next });
        },
      });
      const legend = legendLine(document, '');
      legend.style.marginLeft = 'auto';
      legend.append(ring(key(document, 'transparent', labels[0])), key(document, 'currentColor', labels[1]));
      head.replaceChildren(...(picker ? [picker.node] : []), legend);
      body.setAttribute('aria-label', saysOf(left, found, labels));
      body.replaceChildren(
        sizes(left, found.slice(0, options.top ?? 10), found.length, options),
        scatter.drawing,
        tip.node,
      );
      mark = scatter.mark;
    }
    mark(row);
  };
  box.append(head, body);
  render();
  follow(a, box, render);
  return box;
}

function ring(item: HTMLElement): HTMLElement {
  (item.firstElementChild as HTMLElement).style.cssText += ';border:1.5px solid currentColor;box-sizing:border-box';
  return item;
}

/** Both mean sizes of each feature on one line; the further apart the parts of its rows, the higher it stands. */
function sizes(of: Slice, rows: readonly Difference[], all: number, options: ViewOptions): Element {
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

function saysOf(of: Slice, found: readonly Difference[], [a, b]: readonly [string, string]): string {
  const words = found.slice(0, 5).map(({ name, sizes: [x, y], apart }) => {
    const size = (value: number | null): string => (value === null ? 'unknown' : number(value));
    return `${name}: ${size(x)} in ${a}, ${size(y)} in ${b}, ${number(apart)} apart in a row`;
  });
  return `What ${a} and ${b} lean on for ${of.label}, in ${of.rows} rows. They differ most on ${words.join('; ')}.`;
}
