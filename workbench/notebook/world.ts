/** What completion draws on: all plugins, data sets that the notebook names, and the names that its cells define. */
import { type Accessor, createSignal } from 'solid-js';
import { createStore } from 'solid-js/store';
import type { CellSource } from '#common/notebook.ts';
import type { PluginManifest } from '#common/plugin.ts';
import { useKernel } from '../kernel.tsx';
import type { DatasetDescription } from '../kernel-types.ts';
import type { Session } from '../session/state.ts';
import type { CompletionWorld } from './completion.ts';

export interface World {
  /** What can be completed in a cell now. */
  readonly world: (cell: CellSource) => CompletionWorld;
  readonly plugins: Accessor<readonly PluginManifest[]>;
}

export function createWorld(state: Accessor<Session>): World {
  const { client, onEvent } = useKernel();
  // No resource: the sheet would wait for it, and it is needed only where someone writes.
  const [plugins, setPlugins] = createSignal<readonly PluginManifest[]>([]);
  const readPlugins = (): void =>
    void client.plugins().then(
      (found) => setPlugins(found),
      () => undefined,
    );
  readPlugins();
  onEvent(({ type }) => (type === 'plugin' || type === 'resync') && readPlugins());
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
  const world = ({ id, language, view }: CellSource): CompletionWorld => {
    const { document, checked, defined, cells } = state();
    const typeOf = (cell: string, name: string): string =>
      cells[cell]?.outputs?.find((output) => output.name === name)?.type ?? 'cell';
    return {
      language,
      view,
      plugins: plugins(),
      tables: document.datasets,
      get datasets() {
        return document.datasets.flatMap(describe);
      },
      variables: ((checked ?? defined)?.cells ?? [])
        .filter((cell) => cell.id !== id)
        .flatMap((cell) => cell.outputs.map((name) => ({ name, detail: typeOf(cell.id, name) }))),
    };
  };
  return { world, plugins };
}
