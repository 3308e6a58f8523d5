import { type Difference, differencesOf } from './differences.ts';
import { checkExplanation, type Explanation, slice, type Slice } from './explanation.ts';
import { key, legendLine, number } from './ink.ts';
import type { ViewOptions } from './options.ts';
import { line, nothing, tipOver } from './picture.ts';
import { LABELS, sizes } from './sizes.ts';
import { agreement } from './agreement.ts';
import { outputPicker } from './pickers.ts';
import { choiceOf, choose, follow } from './shared.ts';

/** How two explanations of the same rows (two models, or two methods) differ: what each leans on, and where their parts of each row lie. */
export function compare(a: Explanation, b: Explanation, options: ViewOptions): Element {
  checkExplanation(a);
  checkExplanation(b);
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

function saysOf(of: Slice, found: readonly Difference[], [a, b]: readonly [string, string]): string {
  const words = found.slice(0, 5).map(({ name, sizes: [x, y], apart }) => {
    const size = (value: number | null): string => (value === null ? 'unknown' : number(value));
    return `${name}: ${size(x)} in ${a}, ${size(y)} in ${b}, ${number(apart)} apart in a row`;
  });
  return `What ${a} and ${b} lean on for ${of.label}, in ${of.rows} rows. They differ most on ${words.join('; ')}.`;
}
