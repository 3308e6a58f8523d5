/** What completion draws on: plugins and data sets that the notebook names, and the names that its cells define. */
import { type Accessor, createMemo, createResource } from 'solid-js';
import type { CellSource } from '#common/notebook.ts';
import { createLoaded, useKernel } from '../kernel.tsx';
import type { Session } from '../session/state.ts';
import type { CompletionWorld } from './completion.ts';

export function createWorld(state: Accessor<Session>): (cell: CellSource) => CompletionWorld {
  const plugins = createLoaded((client) => client.plugins(), (event) => event.type === 'plugin');
  const names = createMemo(() => state().document.datasets.join(' '));
  const { client } = useKernel();
  const [datasets] = createResource(names, (all) => Promise.all(all.split(' ').map((name) => client.dataset(name).catch(() => null))));
  return ({ id, language, view }) => {
    const { document, checked, cells } = state();
    const used = (name: string): boolean => document.uses.some((use) => use === name || use.startsWith(`${name}.`));
    const typeOf = (cell: string, name: string): string => cells[cell]?.outputs?.find((output) => output.name === name)?.type ?? 'cell';
    return {
      language,
      view,
      plugins: (plugins.value() ?? []).filter(({ name }) => used(name)),
      datasets: (datasets.latest ?? []).filter((dataset) => dataset !== null),
      variables: (checked?.cells ?? []).filter((cell) => cell.id !== id).flatMap((cell) => cell.outputs.map((name) => ({ name, detail: typeOf(cell.id, name) }))),
    };
  };
}
