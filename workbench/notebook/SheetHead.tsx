import { createMemo, createSignal, For, lazy, Show, Suspense } from 'solid-js';
import { Icon } from '../parts/Icon.tsx';
import { pathTo } from '../router.ts';
import { headingOf } from '../session/blocks.ts';
import { useSheet } from './context.ts';

const Settings = lazy(async () => ({ default: (await import('./NotebookSettings.tsx')).NotebookSettings }));

/** Title, and what the notebook may reach: its data, its methods, its seed. */
export function SheetHead() {
  const { state, dispatch } = useSheet();
  const [open, setOpen] = createSignal(false);
  const document = () => state().document;
  // Most notebooks say their title themselves, as the heading that they begin with.
  const titled = createMemo(() => headingOf(state().blocks[0]) !== null);
  const rename = (element: HTMLElement): void => {
    const title = (element.textContent ?? '').trim();
    if (title !== '' && title !== document().title) dispatch({ op: 'front', to: { title } });
    else element.textContent = document().title;
  };
  return (
    <header class="sheet-head">
      <p class="sheet-about">
        <Show when={document().datasets.length > 0}>
          <span>
            <span class="label">Data</span>{' '}
            <For each={document().datasets}>
              {(name, i) => (
                <>
                  {i() > 0 ? ', ' : ''}
                  <a href={pathTo.datasets(name)}>{name}</a>
                </>
              )}
            </For>
          </span>
        </Show>
        <Show when={document().uses.length > 0}>
          <span>
            <span class="label">Uses</span>{' '}
            <For each={document().uses}>
              {(use, i) => (
                <>
                  {i() > 0 ? ', ' : ''}
                  <a class="mono" href={pathTo.plugins(...(use.split('.') as [string]))}>
                    {use}
                  </a>
                </>
              )}
            </For>
          </span>
        </Show>
        <span>
          <span class="label">Seed</span> <span class="mono">{document().seed}</span>
        </span>
        <button class="button plain small" aria-haspopup="dialog" onClick={() => setOpen(true)}>
          <Icon name="settings" /> Change
        </button>
      </p>
      <Show when={!titled()}>
        <h1
          class="sheet-title"
          contentEditable="plaintext-only"
          spellcheck={false}
          aria-label="Title"
          onBlur={({ currentTarget }) => rename(currentTarget)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== 'Escape') return;
            event.preventDefault();
            event.currentTarget.blur();
          }}
        >
          {document().title}
        </h1>
      </Show>
      <Show when={open()}>
        <Suspense>
          <Settings onClose={() => setOpen(false)} />
        </Suspense>
      </Show>
    </header>
  );
}
