import { createMemo, Show } from 'solid-js';
import { namespaceOf } from '#common/cells/names.ts';
import type { CellSource } from '#common/notebook.ts';
import { createLoaded } from '../kernel.tsx';
import type { FrontChange } from '../session/front.ts';
import { useSheet } from './context.ts';

interface Missing {
  readonly what: string;
  readonly change: FrontChange;
}

/** For a cell that reads a plugin or data set which the front matter does not name: the click that names it. */
export function MissingUse(props: {
  readonly cell: CellSource;
  /** Of the error: a method, or nothing. */
  readonly method: string | undefined;
  /** The unknown name as the cell has it. */
  readonly name: string | undefined;
}) {
  const { state, dispatch } = useSheet();
  const plugins = createLoaded((client) => client.plugins());
  const datasets = createLoaded((client) => client.datasets());
  /** The first method that the cell calls of the plugin of that name. */
  const methodOf = (name: string | undefined): string | undefined => {
    const plugin = plugins.value()?.find((known) => namespaceOf(known.name) === name);
    if (!plugin) return undefined;
    const called = Array.from(props.cell.code.matchAll(/([A-Za-z_$][\w$]*)\s*\.\s*([A-Za-z]\w*)/g))
      .filter(([, object]) => object === name)
      .map(([, , method = '']) => method);
    const method = called.find((found) => Object.hasOwn(plugin.methods, found));
    return method === undefined ? plugin.name : `${plugin.name}.${method}`;
  };
  const missing = createMemo((): Missing | null => {
    const { uses, datasets: named } = state().document;
    const method = props.method ?? methodOf(props.name);
    if (method !== undefined && !uses.includes(method)) return { what: method, change: { uses: [...uses, method] } };
    const dataset = datasets.value()?.find(({ name }) => name === props.name)?.name;
    if (dataset === undefined || named.includes(dataset)) return null;
    return { what: `the data set ${dataset}`, change: { datasets: [...named, dataset] } };
  });
  const use = (change: FrontChange): void => {
    dispatch({ op: 'front', to: change });
    dispatch({ op: 'run', keys: 'changed' });
  };
  return (
    <Show when={missing()}>
      {(found) => (
        <button class="button small" onClick={() => use(found().change)}>
          Let this notebook use {found().what}
        </button>
      )}
    </Show>
  );
}
