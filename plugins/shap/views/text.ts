import { estimated, half } from './certainty.ts';
import { type Explanation, rowAt, slice } from './explanation.ts';
import { figure, inUnit, legendLine, number, scale, withUnit } from './ink.ts';
import { mix, PAPER, RAMP } from './colours.ts';
import type { Drawn, Scene } from './picture.ts';
import { spaced, tintOf } from './tints.ts';

/** A text whose pieces are the features: the colour behind each is what it adds, dashed where that may as well be nothing. */
export function text(explanation: Explanation, scene: Scene): Drawn {
  const { document, dark, width } = scene;
  const of = slice(explanation, scene.output);
  const row = rowAt(of, scene.row);
  const parts = of.names.map((_, feature) => of.part(row, feature));
  const errors = of.names.map((_, feature) => of.error(row, feature));
  const largest = parts.reduce((most, part) => (Number.isFinite(part) ? Math.max(most, Math.abs(part)) : most), 0);
  const end = parts.reduce((sum, part) => sum + part, of.base);
  const drawing = document.createElement('div');
  const size = width < 480 ? 15 : 16;
  drawing.style.cssText = `font:${size}px/2 var(--serif, serif);color:var(--ink, canvastext);white-space:pre-wrap;overflow-wrap:anywhere`;
  const pieces = spaced(of.names);
  pieces.forEach((piece, feature) => {
    const { ground, line, unsure } = tintOf(parts[feature]!, errors[feature]!, largest, dark);
    const [, before = '', words = '', after = ''] = /^(\s*)(.*?)(\s*)$/su.exec(piece) ?? [];
    const span = document.createElement('span');
    span.textContent = words;
    span.style.cssText = `background:${ground};border-bottom:2px ${unsure ? 'dashed' : 'solid'} ${line};border-radius:2px;padding:1px 0;-webkit-box-decoration-break:clone;box-decoration-break:clone`;
    const told = `${words.trim()}\nadds ${estimated(parts[feature]!, errors[feature]!, of.unit)}${unsure ? '\nmay as well be nothing' : ''}`;
    span.addEventListener('pointerenter', () => {
      const [at, over] = [span.getClientRects()[0]!, drawing.getBoundingClientRect()];
      const zoom = width / (over.width || width);
      scene.tip({ x: (at.left - over.left) * zoom, y: (at.top - over.top) * zoom, text: told });
    });
    span.addEventListener('pointerleave', () => scene.tip(null));
    drawing.append(before, span, after);
  });
  const sum = document.createElement('p');
  sum.style.cssText =
    'margin:6px 0 0;font:13px var(--sans, system-ui);color:var(--grey, #55534d);font-variant-numeric:tabular-nums';
  sum.textContent = `${of.label}: ${withUnit(number(end), of.unit)}, ${withUnit(number(of.base), of.unit)} on average`;
  const box = document.createElement('div');
  box.append(drawing, sum);
  const within = (error: number): string => (error > 0 ? ` ± ${number(half(error))}` : '');
  const said = pieces
    .map((piece, feature) => `${piece.trim()} ${number(parts[feature]!)}${within(errors[feature]!)}`)
    .join(', ');
  const estimates = errors.some((error) => error > 0);
  const scheme = dark ? 'dark' : 'light';
  const [low, , high] = RAMP[scheme].map((colour) => mix(PAPER[scheme], colour, 0.5)) as [string, string, string];
  const legend = scale(
    document,
    inUnit('Adds', of.unit),
    [low, PAPER[scheme], high],
    number(-largest),
    `+${number(largest)}`,
  );
  if (estimates) legend.append(dashed(document));
  return figure(
    box,
    `What each piece of the text adds to ${of.label}, which is ${number(end)}: ${said}.${estimates ? ' ± is a 95 % interval.' : ''}`,
    legend,
  );
}

function dashed(document: Document): Element {
  const item = legendLine(document, '');
  const sample = document.createElement('span');
  sample.style.cssText = 'width:22px;height:0;border-bottom:2px dashed currentColor';
  item.append(sample, 'its 95 % interval holds 0');
  return item;
}
