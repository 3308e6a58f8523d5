import './shortcuts.css';
import { createMemo, For } from 'solid-js';
import { Dialog } from '../parts/Dialog.tsx';
import { actions } from '../shell/actions.ts';
import { shortcut } from '../shell/keys.ts';

/** What the editor itself does with keys. */
const EDITOR: readonly (readonly [keys: string, label: string])[] = [
  ['Escape', 'Leave the code, keep the cell'],
  ['Ctrl-Space', 'Complete'],
  ['Tab', 'Indent'],
  ['F8', 'Go to the next problem'],
  ['Mod-z', 'Undo'],
  ['Mod-y', 'Redo'],
  ['ArrowUp', 'Over the first line: to the cell before'],
  ['ArrowDown', 'Over the last line: to the next cell'],
];

/** Every key that does something here, by what it acts on. */
export function Shortcuts(props: { readonly onClose: () => void }) {
  const groups = createMemo(() => {
    const found = new Map<string, (readonly [keys: string, label: string])[]>();
    for (const { group, keys, label } of actions()) {
      if (keys === undefined) continue;
      found.set(group, [...(found.get(group) ?? []), [keys, label]]);
    }
    found.set('In the code', [...EDITOR]);
    return [...found];
  });
  return (
    <Dialog title="Keyboard shortcuts" wide onClose={props.onClose}>
      <div class="shortcuts">
        <For each={groups()}>
          {([group, keys]) => (
            <section>
              <h3 class="label">{group}</h3>
              <dl>
                <For each={keys}>
                  {([key, label]) => (
                    <>
                      <dt>{label}</dt>
                      <dd>
                        <kbd>{shortcut(key)}</kbd>
                      </dd>
                    </>
                  )}
                </For>
              </dl>
            </section>
          )}
        </For>
      </div>
    </Dialog>
  );
}
