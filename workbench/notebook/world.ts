/** What completion draws on: plugins and data sets that the notebook names, and the names that its cells define. */
import type { Accessor } from 'solid-js';
import { createStore } from 'solid-js/store';
import type { CellSource } from '#common/notebook.ts';
import { createLoaded, useKernel } from '../kernel.tsx';
import type { DatasetDescription } from '../kernel-types.ts';
import type { Session } from '../session/state.ts';
import type { CompletionWorld } from './completion.ts';

export function createWorld(state: Accessor<Session>): (cell: CellSource) => CompletionWorld {
  const plugins = createLoaded(
    (client) => client.plugins(),
    (event) => event.type === 'plugin',
  );
  const { client } = useKernel();
  const [described, setDescribed] = createStore<Record<string, DatasetDescription>>({});
  const asked = new Set<string>();
  // Only once someone types: to describe a data set is a call, and leaves a receipt.
  const describe = (name: string): readonly DatasetDescription[] => {
    if (!asked.has(name)) {
      asked.add(name);
      void client.dataset(name).then(
        (found) => setDescribed(name, found),
        () => undefined,
      );
    }
    return described[name] ? [described[name]] : [];
  };
  return ({ id, language, view }) => {
    const { document, checked, cells } = state();
    const used = (name: string): boolean => document.uses.some((use) => use === name || use.startsWith(`${name}.`));
    const typeOf = (cell: string, name: string): string =>
      cells[cell]?.outputs?.find((output) => output.name === name)?.type ?? 'cell';
    return {
      language,
      view,
      plugins: (plugins.value() ?? []).filter(({ name }) => used(name)),
      datasets: document.datasets.flatMap(describe),
      variables: (checked?.cells ?? [])
        .filter((cell) => cell.id !== id)
        .flatMap((cell) => cell.outputs.map((name) => ({ name, detail: typeOf(cell.id, name) }))),
    };
  };
}
