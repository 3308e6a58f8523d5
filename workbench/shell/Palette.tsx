import '../parts/dialog.css';
import './palette.css';
import { Dialog } from '@kobalte/core/dialog';
import { createEffect, createMemo, createSignal, For, Show } from 'solid-js';
import { createLoaded } from '../kernel.tsx';
import { Icon } from '../parts/Icon.tsx';
import { go, pathTo } from '../router.ts';
import { type Action, actions } from './actions.ts';
import { shortcut } from './keys.ts';
import { rank } from './rank.ts';

const MOST = 60;

/** One box that finds every action, notebook, method and data set, and shows each key. */
export function Palette(props: { readonly onClose: () => void }) {
  const [query, setQuery] = createSignal('');
  const [at, setAt] = createSignal(0);
  const things = createLoaded(async (client): Promise<readonly Action[]> => {
    const [notebooks, plugins, datasets] = await Promise.all([client.notebooks(), client.plugins(), client.datasets()]);
    return [
      ...notebooks.map(({ name, title }): Action => ({
        id: `notebook:${name}`,
        group: 'Open',
        label: title,
        icon: 'notebook',
        words: name,
        run: () => go(pathTo.notebook(name)),
      })),
      ...datasets.map(({ name, title }): Action => ({
        id: `dataset:${name}`,
        group: 'Data',
        label: title,
        icon: 'data',
        words: name,
        run: () => go(pathTo.datasets(name)),
      })),
      ...plugins.flatMap((plugin) =>
        Object.entries(plugin.methods).map(([method, { title }]): Action => ({
          id: `method:${plugin.name}.${method}`,
          group: 'Method',
          label: `${plugin.name}.${method}`,
          icon: 'plugin',
          words: title,
          run: () => go(pathTo.plugins(plugin.name, method)),
        })),
      ),
    ];
  });
  const found = createMemo(() =>
    rank(query(), [...actions().filter(({ enabled }) => enabled?.() !== false), ...(things.value() ?? [])]).slice(
      0,
      MOST,
    ),
  );
  createEffect(() => (query(), setAt(0)));
  const run = (action: Action | undefined): void => {
    if (!action) return;
    props.onClose();
    queueMicrotask(action.run);
  };
  const key = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Enter') run(found()[at()]);
    else if (by === undefined) return;
    else setAt((now) => (now + by + found().length) % Math.max(1, found().length));
    event.preventDefault();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && props.onClose()} preventScroll={false}>
      <Dialog.Portal>
        <Dialog.Overlay class="dialog-shade" />
        <div class="dialog-place">
          <Dialog.Content class="palette" aria-label="Command palette">
            <input
              class="palette-query"
              role="combobox"
              aria-expanded="true"
              aria-controls="palette-list"
              aria-activedescendant={found()[at()] ? `palette-${at()}` : undefined}
              aria-label="Search or do anything"
              placeholder="Search or do anything"
              value={query()}
              onInput={({ currentTarget }) => setQuery(currentTarget.value)}
              onKeyDown={key}
            />
            <ul id="palette-list" class="palette-list" role="listbox" aria-label="Actions">
              <For
                each={found()}
                fallback={
                  <li class="palette-none">Nothing of that name. Try “run”, “verify” or a notebook’s title.</li>
                }
              >
                {(action, i) => (
                  <li
                    id={`palette-${i()}`}
                    class="palette-item"
                    role="option"
                    aria-selected={i() === at()}
                    ref={(item) => createEffect(() => i() === at() && item.scrollIntoView({ block: 'nearest' }))}
                    onPointerMove={() => setAt(i())}
                    onClick={() => run(action)}
                  >
                    <Show when={action.icon} fallback={<span class="icon-svg" />}>
                      {(icon) => <Icon name={icon()} />}
                    </Show>
                    <span class="palette-label">{action.label}</span>
                    <span class="palette-group">{action.group}</span>
                    <Show when={action.keys}>{(keys) => <kbd>{shortcut(keys())}</kbd>}</Show>
                  </li>
                )}
              </For>
            </ul>
          </Dialog.Content>
        </div>
      </Dialog.Portal>
    </Dialog>
  );
}
