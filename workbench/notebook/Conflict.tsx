import './conflict.css';
import { createMemo, createSignal, For, Show } from 'solid-js';
import { Portal } from 'solid-js/web';
import { isNotebook } from '../session/source.ts';
import { useSheet } from './context.ts';
import { diffLines } from './diff.ts';

/** Two versions of the file: both are shown, and a person chooses. Undo takes the choice back. */
export function Conflict() {
  const { state, dispatch } = useSheet();
  const [open, setOpen] = createSignal(false);
  const conflict = createMemo(() => {
    const { saving } = state();
    return saving.kind === 'conflict' ? saving : null;
  });
  const unread = createMemo(() => {
    const theirs = conflict()?.theirs ?? null;
    return theirs !== null && !isNotebook(theirs);
  });
  return (
    <Portal mount={document.getElementById('bars') as HTMLElement}>
      <Show when={conflict()}>
        {(both) => (
          <section class="conflict" role="alert">
            <p>
              <Show
                when={both().theirs !== null}
                fallback="The file is gone from the disk; what you see here is what is left of it."
              >
                {unread()
                  ? 'The file on disk is no notebook any more.'
                  : 'The file changed on disk while you were editing it.'}
              </Show>{' '}
              <code>NOTEBOOK_CHANGED</code>
            </p>
            <div class="conflict-choices">
              <Show when={both().theirs !== null}>
                <button class="button small" aria-expanded={open()} onClick={() => setOpen(!open())}>
                  {open() ? 'Hide differences' : 'Show differences'}
                </button>
                <Show when={!unread()}>
                  <button class="button small" onClick={() => dispatch({ op: 'resolve', keep: 'theirs' })}>
                    Take theirs
                  </button>
                </Show>
              </Show>
              <button class="button small" onClick={() => dispatch({ op: 'resolve', keep: 'mine' })}>
                Keep mine
              </button>
            </div>
            <Show when={open() && both().theirs !== null}>
              <pre class="diff" aria-label="Differences: minus is on disk, plus is yours">
                <For each={diffLines(both().theirs ?? '', state().source)}>
                  {(line) => (
                    <span class="diff-line" data-side={line.side}>
                      {line.side === 'theirs' ? '−' : line.side === 'mine' ? '+' : ' '} {line.text}
                      {'\n'}
                    </span>
                  )}
                </For>
              </pre>
            </Show>
          </section>
        )}
      </Show>
    </Portal>
  );
}
