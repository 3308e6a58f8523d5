/** Observable Plot in the page's colours and type, as wide as the cell. */
import * as Plot from '@observablehq/plot';

type Options = Parameters<typeof Plot.plot>[0] & Record<string, unknown>;

const STYLE = {
  background: 'transparent',
  color: 'var(--ink)',
  fontFamily: 'var(--sans)',
  fontSize: '12px',
  overflow: 'visible',
  fontVariantNumeric: 'tabular-nums',
};

/** Of the page's tokens; what the caller says wins. */
const CATEGORIES = ['#3B6FB6', '#C8502D', '#5E8F4E', '#B8892B', '#7A5CA3', '#4A9A9C', '#A64B6B', '#706D65'];

export function themedPlot(width: () => number): typeof Plot {
  const plot = (options: Options = {}): ReturnType<typeof Plot.plot> => {
    const style = typeof options.style === 'string' ? options.style : { ...STYLE, ...options.style };
    return Plot.plot({
      width: width(),
      ...roomBelow(options),
      ...options,
      color: themedColor(options.color),
      style,
    } as Options);
  };
  return Object.freeze({ ...Plot, plot }) as typeof Plot;
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
