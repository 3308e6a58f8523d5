/** Observable Plot in the page's colours and type, as wide as the cell. */
import * as Plot from '@observablehq/plot';
import type { Canvas } from './canvas.ts';

type Options = NonNullable<Parameters<typeof Plot.plot>[0]> & Record<string, unknown>;
type Maker = (...args: never[]) => unknown;

const STYLE = {
  background: 'transparent',
  color: 'var(--ink)',
  fontFamily: 'var(--sans)',
  fontSize: '12px',
  overflow: 'visible',
  fontVariantNumeric: 'tabular-nums',
};

/** Of Plot's own colours for categories. */
const FIRST = '#4269d0';
/** Of a colour scale: with one of these its author has chosen. */
const CHOSEN = ['type', 'scheme', 'range', 'interpolate', 'interpolator'] as const;

/** Categories in light and dark; what the caller says wins. CSS chooses, so that nothing is drawn again for it. */
const CATEGORIES = [
  ['#3B6FB6', '#6F9FDC'],
  ['#C8502D', '#E57A52'],
  ['#5E8F4E', '#86B975'],
  ['#B8892B', '#D9AE58'],
  ['#7A5CA3', '#A98BD3'],
  ['#4A9A9C', '#6FC0C2'],
  ['#A64B6B', '#D27C9A'],
  ['#706D65', '#A29E94'],
].map(([light, dark]) => `light-dark(${light}, ${dark})`);

/** Plot for one run of a cell, whose charts are as wide as the cell unless they name a width. */
export function themedPlot(canvas: Canvas): typeof Plot {
  const plot = (options: Options = {}): ReturnType<typeof Plot.plot> => {
    const { width } = options;
    const draw = (at: number): ReturnType<typeof Plot.plot> => named(coloured(options, at), options);
    if (width !== undefined) return draw(width);
    // Its colours are of CSS and follow by themselves.
    return canvas.draw((look) => draw(look.width), { dark: false }, true) as ReturnType<typeof Plot.plot>;
  };
  function plotThis(this: Plot.Markish, { marks = [], ...options }: Options = {}): ReturnType<typeof Plot.plot> {
    return plot({ ...options, marks: [...marks, this] });
  }
  const makers = MAKERS.map(([name, make]) => [name, making(make, plotThis)]);
  return Object.freeze({ ...Plot, ...Object.fromEntries(makers), plot }) as typeof Plot;
}

/** Plot's functions; its classes have capitals. */
const MAKERS = Object.entries<unknown>({ ...Plot }).filter(
  (entry): entry is [string, Maker] => typeof entry[1] === 'function' && /^[a-z]/.test(entry[0]),
);

/** Marks have a method `plot` of their own. */
function making(make: Maker, plot: Maker): Maker {
  return (...args: never[]) => {
    const made = make(...args);
    if (isMark(made)) made.plot = plot;
    return made;
  };
}

const isMark = (made: unknown): made is { plot: Maker } =>
  typeof made === 'object' && made !== null && 'plot' in made && made.plot === Plot.Mark.prototype.plot;

/** That a colour stands for categories is known only once a chart is drawn: in Plot's own colours, and then again in ours. */
function coloured(options: Options, width: number): ReturnType<typeof Plot.plot> {
  const drawn = Plot.plot(themed(options, width));
  const given = (options.color ?? {}) as Record<string, unknown>;
  if (CHOSEN.some((key) => key in given) || [...(drawn.scale('color')?.range ?? [])][0] !== FIRST) return drawn;
  return Plot.plot(themed({ ...options, color: { ...given, type: 'categorical' } } as Options, width));
}

/** Says what a chart is to those who can't see it, unless its author does. */
function named(chart: ReturnType<typeof Plot.plot>, { ariaLabel, title }: Options): ReturnType<typeof Plot.plot> {
  const drawing = chart.localName === 'svg' ? chart : chart.querySelector(':scope > svg:last-of-type');
  if (!drawing || ariaLabel) return chart;
  const axes = (['y', 'x'] as const).flatMap((name) => {
    const { label } = (chart.scale(name) ?? {}) as { readonly label?: unknown };
    return typeof label === 'string' ? [label.replace(/[←-↓]/g, '').trim()] : [];
  });
  drawing.setAttribute('role', 'img');
  drawing.setAttribute(
    'aria-label',
    typeof title === 'string' ? title : ['Chart', axes.join(' against ')].join(': ').replace(/: $/, ''),
  );
  return chart;
}

function themed(options: Options, width: number): Options {
  const style = typeof options.style === 'string' ? options.style : { ...STYLE, ...options.style };
  return { ...roomBelow(options), ...options, width, color: themedColor(options.color), style } as Options;
}

/** Plot leaves room for a label under ticks of 10 px; ours are larger. */
function roomBelow(options: Options): { readonly marginBottom?: number } {
  const x = options.x as { readonly axis?: unknown } | undefined;
  return x?.axis === null || options.axis === null ? {} : { marginBottom: 40 };
}

/** A categorical scale in our colours, unless the caller chose scheme, range or a type that is not categorical. */
function themedColor(color: unknown): unknown {
  const given = (color ?? {}) as Record<string, unknown>;
  if ('scheme' in given || 'range' in given || 'interpolate' in given) return given;
  if (given['type'] === 'categorical' || given['type'] === 'ordinal') return { ...given, range: CATEGORIES };
  return given;
}
