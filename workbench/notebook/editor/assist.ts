/** Completion and hover help in CodeMirror's terms. */
import {
  type Completion,
  type CompletionContext,
  type CompletionSource,
  pickedCompletion,
} from '@codemirror/autocomplete';
import { type EditorView, hoverTooltip } from '@codemirror/view';
import { namespaceOf } from '#common/cells/names.ts';
import { completionsAt, type CompletionWorld, signature, type Suggestion } from '../completion.ts';

const BOOST: Partial<Record<Suggestion['kind'], number>> = {
  parameter: 50,
  value: 50,
  method: 40,
  variable: 20,
  column: 20,
  dataset: 10,
};

export function completeFrom(world: () => CompletionWorld): CompletionSource {
  return ({ state, pos, explicit }: CompletionContext) => {
    const found = completionsAt(state.doc.toString(), pos, world());
    if (!found || (found.options.length === 0 && !explicit)) return null;
    return { from: found.from, options: found.options.map(toCompletion), validFor: /^[\w$]*$/ };
  };
}

function toCompletion({ label, apply, detail, info, kind }: Suggestion): Completion {
  return {
    label,
    ...(apply ? { apply: write(apply) } : {}),
    ...(detail ? { detail } : {}),
    ...(info ? { info } : {}),
    type: kind,
    // What must be given stands first.
    boost: (BOOST[kind] ?? 0) + (kind === 'parameter' && !detail?.endsWith('?') ? 20 : 0),
  };
}

/** After these the next list opens by itself: a method's parameters, a parameter's values. */
export const goesOn = ({ type }: Completion): boolean => type === 'method' || type === 'parameter';

/** What stands behind the cursor already, a bracket that was closed by itself, is not written twice. */
const write =
  (text: string) =>
  (view: EditorView, completion: Completion, from: number, to: number): void => {
    const [before = '', after = ''] = text.split('|');
    const called = after !== '' && view.state.sliceDoc(to, to + 1) === '(';
    const insert = called ? completion.label : before + after;
    view.dispatch({
      changes: { from, to, insert },
      selection: { anchor: from + (called ? insert.length : before.length) },
      userEvent: 'input.complete',
      annotations: pickedCompletion.of(completion),
      scrollIntoView: true,
    });
  };

/** Over `plugin.method`: what it does and takes. Over a name: what it is. */
export function hoverFrom(world: () => CompletionWorld) {
  return hoverTooltip((view, pos) => {
    const { from, text } = view.state.doc.lineAt(pos);
    for (const found of text.matchAll(/([a-z]\w*)\.([A-Za-z]\w*)/g)) {
      const start = from + found.index;
      const end = start + found[0].length;
      const method =
        pos >= start && pos <= end
          ? world().plugins.find(({ name }) => namespaceOf(name) === found[1])?.methods[found[2] as string]
          : undefined;
      if (method)
        return {
          pos: start,
          end,
          above: true,
          create: () => ({ dom: card(found[0], method.description, signature(method.input)) }),
        };
    }
    for (const found of text.matchAll(/(?<![\w$.])[A-Za-z_$][\w$]*/g)) {
      const start = from + found.index;
      const end = start + found[0].length;
      if (pos < start || pos > end) continue;
      const about = nameIn(world(), found[0]);
      if (about)
        return { pos: start, end, above: true, create: () => ({ dom: card(found[0], about.says, about.type) }) };
    }
    return null;
  });
}

function nameIn({ variables, datasets }: CompletionWorld, name: string): { type: string; says: string } | null {
  const variable = variables.find((known) => known.name === name);
  if (variable) return { type: `: ${variable.detail}`, says: '' };
  const dataset = datasets.find((known) => known.name === name);
  return dataset
    ? { type: ': table', says: `${dataset.title}: ${dataset.columns.map((column) => column.name).join(', ')}` }
    : null;
}

function card(name: string, description: string, takes: string): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'cm-completionInfo';
  for (const [tag, text] of [
    ['code', name + takes],
    ['p', description],
  ] as const)
    if (text !== '') dom.appendChild(document.createElement(tag)).textContent = text;
  return dom;
}
