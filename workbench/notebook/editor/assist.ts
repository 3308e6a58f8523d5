/** Completion and hover help in CodeMirror's terms. */
import type { Completion, CompletionContext, CompletionSource } from '@codemirror/autocomplete';
import { hoverTooltip } from '@codemirror/view';
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
    ...(apply ? { apply } : {}),
    ...(detail ? { detail } : {}),
    ...(info ? { info } : {}),
    type: kind,
    boost: BOOST[kind] ?? 0,
  };
}

/** Over `plugin.method`: what it does and takes. */
export function hoverFrom(world: () => CompletionWorld) {
  return hoverTooltip((view, pos) => {
    const { from, text } = view.state.doc.lineAt(pos);
    for (const found of text.matchAll(/([a-z][\w-]*)\.([A-Za-z]\w*)/g)) {
      const start = from + found.index;
      const end = start + found[0].length;
      const method =
        pos >= start && pos <= end
          ? world().plugins.find(({ name }) => name === found[1])?.methods[found[2] as string]
          : undefined;
      if (method)
        return {
          pos: start,
          end,
          above: true,
          create: () => ({ dom: card(found[0], method.description, signature(method.input)) }),
        };
    }
    return null;
  });
}

function card(name: string, description: string, takes: string): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'cm-completionInfo';
  for (const [tag, text] of [
    ['code', name + takes],
    ['p', description],
  ] as const)
    dom.appendChild(document.createElement(tag)).textContent = text;
  return dom;
}
