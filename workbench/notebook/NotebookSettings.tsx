import './settings.css';
import { createMemo, For, Show } from 'solid-js';
import { createLoaded } from '../kernel.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { useSheet } from './context.ts';

/** What the notebook may reach, and its seed: its front matter as a form. Every change can be undone. */
export function NotebookSettings(props: { readonly onClose: () => void }) {
  const { state, dispatch } = useSheet();
  const plugins = createLoaded((client) => client.plugins());
  const datasets = createLoaded((client) => client.datasets());
  const front = createMemo(() => state().document);
  const toggled = (list: readonly string[], name: string, on: boolean): readonly string[] =>
    on ? [...list, name] : list.filter((item) => item !== name);
  const uses = (plugin: string, method: string): boolean =>
    front().uses.includes(plugin) || front().uses.includes(`${plugin}.${method}`);
  const close = (): void => {
    props.onClose();
    dispatch({ op: 'run', keys: 'changed' });
  };
  return (
    <Dialog title="What this notebook may reach" onClose={close}>
      <div class="settings">
        <fieldset>
          <legend class="label">Data sets</legend>
          <For each={datasets.value()} fallback={<p class="quiet">No data set yet.</p>}>
            {({ name, title }) => (
              <label class="settings-choice">
                <input
                  type="checkbox"
                  checked={front().datasets.includes(name)}
                  onChange={({ currentTarget: { checked } }) =>
                    dispatch({ op: 'front', to: { datasets: toggled(front().datasets, name, checked) } })
                  }
                />
                <span class="mono">{name}</span> <span class="quiet">{title}</span>
              </label>
            )}
          </For>
        </fieldset>
        <For each={plugins.value()}>
          {(plugin) => (
            <fieldset>
              <legend class="label">{plugin.title}</legend>
              <For each={Object.entries(plugin.methods)}>
                {([method, { title }]) => (
                  <label class="settings-choice">
                    <input
                      type="checkbox"
                      checked={uses(plugin.name, method)}
                      disabled={front().uses.includes(plugin.name)}
                      onChange={({ currentTarget: { checked } }) =>
                        dispatch({
                          op: 'front',
                          to: { uses: toggled(front().uses, `${plugin.name}.${method}`, checked) },
                        })
                      }
                    />
                    <span class="mono">
                      {plugin.name}.{method}
                    </span>{' '}
                    <span class="quiet">{title}</span>
                  </label>
                )}
              </For>
            </fieldset>
          )}
        </For>
        <fieldset>
          <legend class="label">Seed</legend>
          <input
            class="field settings-seed mono"
            type="number"
            min="0"
            step="1"
            aria-label="Seed"
            value={front().seed}
            onChange={({ currentTarget: { valueAsNumber } }) =>
              Number.isSafeInteger(valueAsNumber) &&
              valueAsNumber >= 0 &&
              dispatch({ op: 'front', to: { seed: valueAsNumber } })
            }
          />
        </fieldset>
        <Show when={plugins.error()}>{(error) => <p class="quiet">{error().message}</p>}</Show>
      </div>
    </Dialog>
  );
}
