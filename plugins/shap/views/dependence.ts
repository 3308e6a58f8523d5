import * as Plot from '@observablehq/plot';
import { importance, slice } from './explanation.ts';
import type { Explanation, Slice, ViewOptions } from './explanation.ts';
import { DOWN, MISSING, UP, figure, gradient, number, ramp, rowsOf, shares, shown } from './ink.ts';

/** What a feature adds against its value, coloured by the feature that it plays together with most. */
export function dependence(explanation: Explanation, options: ViewOptions): Element {
  const of = slice(explanation, options.output);
  const feature = options.feature === undefined ? (importance(of).order[0] ?? 0) : named(of, options.feature);
  const by =
    options.color === null ? null : options.color === undefined ? partner(of, feature) : named(of, options.color);
  const share = by === null ? null : shares(of, by);
  const text = of.isText(feature);
  const levels = text ? [...new Set(rowsOf(of).map((row) => String(of.value(row, feature) ?? 'missing')))].sort() : [];
  const dots = rowsOf(of).map((row) => {
    const value = of.value(row, feature);
    return {
      x: text ? levels.indexOf(String(value ?? 'missing')) + jitter(row) : value,
      y: of.part(row, feature),
      fill: share === null ? UP : share(row) === null ? MISSING : ramp(share(row)!),
      title: `${of.names[feature]} = ${shown(value, of.unit(feature))}${by === null ? '' : `\n${of.names[by]} = ${shown(of.value(row, by), of.unit(by))}`}\nadds ${number(of.part(row, feature))}`,
    };
  });
  const unit = of.unit(feature);
  const drawing = Plot.plot({
    document: options.document,
    width: options.width,
    height: Math.min(360, Math.max(240, options.width * 0.5)),
    marginLeft: 52,
    marginBottom: 40,
    style: { background: 'transparent', fontSize: '12px' },
    x: {
      label: `${of.names[feature]}${unit === '' ? '' : ` (${unit})`}`,
      labelAnchor: 'center',
      nice: !text,
      ...(text
        ? {
            domain: [-0.6, levels.length - 0.4],
            ticks: [...levels.keys()],
            tickFormat: (place: number) => levels[place] ?? '',
          }
        : {}),
    },
    y: { label: `↑ adds to ${of.label}`, grid: true, nice: true, tickFormat: number },
    marks: [
      Plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
      Plot.dot(dots, { x: 'x', y: 'y', fill: 'fill', r: 2.6, fillOpacity: 0.8, title: 'title', tip: true }),
    ],
  });
  const legend = by === null ? undefined : legendOf(of, by, options.document);
  return figure(
    options.document,
    drawing,
    `SHAP value of ${of.names[feature]} against its value${by === null ? '' : `, coloured by ${of.names[by]}`}.`,
    legend,
  );
}

function named(of: Slice, name: string): number {
  const feature = of.names.indexOf(name);
  if (feature < 0) throw new RangeError(`There is no feature “${name}”. There are: ${of.names.join(', ')}.`);
  return feature;
}

/** Spread of categories about their place, ±0.22, the same for the same row. */
const jitter = (row: number): number => (((row * 2654435761) % 1000) / 1000 - 0.5) * 0.44;

function legendOf(of: Slice, by: number, document: Document): Element {
  if (!of.isText(by)) return gradient(document, 'low', 'high', of.names[by]!);
  const levels = [...new Set(rowsOf(of).map((row) => of.value(row, by)))].filter((level) => level !== null).sort();
  const last = Math.max(1, levels.length - 1);
  const box = document.createElement('div');
  box.style.cssText =
    'display:flex;flex-wrap:wrap;gap:4px 12px;justify-content:flex-end;font:12px var(--font-ui,Inter,sans-serif);color:var(--grey-1,#6b6661);margin-bottom:4px';
  box.append(`${of.names[by]}:`);
  levels.forEach((level, i) => {
    const item = document.createElement('span');
    const dot = document.createElement('span');
    dot.style.cssText = `display:inline-block;width:8px;height:8px;border-radius:50%;margin-right:5px;background:${levels.length === 2 ? [DOWN, UP][i] : ramp(i / last)}`;
    item.append(dot, String(level));
    box.append(item);
  });
  return box;
}

/** The other feature whose value goes along most with the part, among rows of like value (as shap's approximate_interactions). */
function partner(of: Slice, feature: number): number | null {
  const sorted = rowsOf(of).sort((a, b) => rank(of.value(a, feature)) - rank(of.value(b, feature)));
  const size = Math.max(10, Math.min(50, Math.floor(sorted.length / 10)));
  let best: number | null = null,
    most = 0;
  for (let other = 0; other < of.features; other++) {
    if (other === feature) continue;
    const share = shares(of, other);
    let sum = 0;
    for (let from = 0; from + size <= sorted.length; from += size) {
      const group = sorted.slice(from, from + size).filter((row) => share(row) !== null);
      sum += Math.abs(
        correlation(
          group.map((row) => share(row)!),
          group.map((row) => of.part(row, feature)),
        ),
      );
    }
    if (sum > most) {
      most = sum;
      best = other;
    }
  }
  return best;
}

const rank = (value: number | string | null): number =>
  typeof value === 'number' ? value : value === null ? -Infinity : value.charCodeAt(0);

const mean = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;

function correlation(a: readonly number[], b: readonly number[]): number {
  const ma = mean(a),
    mb = mean(b);
  let ab = 0,
    aa = 0,
    bb = 0;
  a.forEach((x, i) => {
    ab += (x - ma) * (b[i]! - mb);
    aa += (x - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  });
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}
