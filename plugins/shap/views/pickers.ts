import type { Explanation } from './explanation.ts';
import { choiceOf, choose } from './shared.ts';

export interface Picker {
  readonly node: HTMLElement;
  /** Shows what is chosen now. */
  update(): void;
}

const FIELD =
  'font:inherit;color:var(--ink, canvastext);background:var(--raised, canvas);border:1px solid var(--line-strong, var(--line, #8888));border-radius:4px;padding:1px 5px;height:24px;box-sizing:border-box';

/** Which of several outputs is shown, in all pictures of the explanation that name none. */
export function outputPicker(document: Document, explanation: Explanation): Picker {
  const count = explanation.values.shape[2] ?? 1;
  const natural = count === 2 ? 1 : 0;
  const select = document.createElement('select');
  select.style.cssText = `${FIELD};max-width:190px;text-overflow:ellipsis`;
  for (let output = 0; output < count; output++) {
    const option = document.createElement('option');
    option.value = String(output);
    option.textContent = explanation.outputs[output] ?? `output ${output}`;
    select.append(option);
  }
  select.addEventListener('change', () => choose(explanation, { output: Number(select.value) }));
  return {
    node: labelled(document, 'Output', select),
    update: () => void (select.value = String(choiceOf(explanation).output ?? natural)),
  };
}

/**
 * Which row is shown or marked. In a picture of many rows it appears once one is chosen.
 *
 * @param own the row of a picture of one row while none is chosen
 */
export function rowPicker(document: Document, explanation: Explanation, own: number | null): Picker {
  const last = (explanation.values.shape[0] ?? 1) - 1;
  const input = document.createElement('input');
  Object.assign(input, { type: 'number', min: '0', max: String(last), step: '1', inputMode: 'numeric' });
  input.style.cssText = `${FIELD};width:${3.6 + String(last).length * 0.62}em;font-variant-numeric:tabular-nums`;
  const back = document.createElement('button');
  back.type = 'button';
  back.style.cssText =
    'font:inherit;color:var(--accent, currentColor);background:none;border:0;padding:2px 4px;cursor:pointer;border-radius:4px';
  back.textContent = own === null ? 'clear' : `back to ${own}`;
  const node = labelled(document, 'Row', input);
  const box = document.createElement('span');
  box.append(node, back);
  input.addEventListener('change', () => {
    const row = Number(input.value);
    if (input.value !== '' && Number.isInteger(row) && row >= 0 && row <= last) choose(explanation, { row });
    update();
  });
  back.addEventListener('click', () => {
    choose(explanation, { row: null });
    if (own !== null) input.focus();
  });
  const update = (): void => {
    const { row } = choiceOf(explanation);
    input.value = String(row ?? own ?? '');
    back.hidden = row === null || row === own;
    box.hidden = row === null && own === null;
  };
  return { node: box, update };
}

function labelled(document: Document, text: string, field: HTMLElement): HTMLElement {
  const label = document.createElement('label');
  label.style.cssText = 'display:inline-flex;gap:6px;align-items:center';
  label.append(text, field);
  return label;
}
