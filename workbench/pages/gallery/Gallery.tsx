import './gallery.css';
import { createMemo, createSignal, For, Match, Show, Switch } from 'solid-js';
import type { NotebookEntry, SealEntry } from '../../kernel-types.ts';
import { createLoaded, useKernel } from '../../kernel.tsx';
import { DropZone } from '../../parts/DropZone.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { toast, toastError } from '../../parts/toast.ts';
import { go, pathTo } from '../../router.ts';
import { importFile, newNotebook } from './make.ts';
import { NotebookCard } from './NotebookCard.tsx';
import { Welcome } from './Welcome.tsx';

const WELCOME = 'welcome';
const place = ({ order }: NotebookEntry): number => order ?? Number.MAX_SAFE_INTEGER;
const minute = ({ modified }: NotebookEntry): number => Math.floor(Date.parse(modified) / 60_000);

/** All notebooks, each with the hallmark of its last seal, like the contents page of a journal. */
export function Gallery() {
  const { client } = useKernel();
  const notebooks = createLoaded(
    (kernel) => kernel.notebooks(),
    (event) => event.type === 'notebook',
  );
  const seals = createLoaded(
    (kernel) => kernel.seals(),
    (event) => event.type === 'seal' && event.state === 'done',
  );
  const lastSeals = createMemo(() => {
    const last = new Map<string, SealEntry>();
    for (const seal of seals.value() ?? [])
      if ((last.get(seal.notebook)?.at ?? '') < seal.at) last.set(seal.notebook, seal);
    return last;
  });
  // Those that ask for a place, then what was worked on last; the welcome has its own place above.
  const listed = createMemo(() =>
    notebooks
      .value()
      ?.filter(({ name }) => name !== WELCOME)
      .toSorted((a, b) => place(a) - place(b) || minute(b) - minute(a) || (a.name < b.name ? -1 : 1)),
  );
  const [busy, setBusy] = createSignal(false);
  const make = async (work: () => Promise<string>): Promise<void> => {
    setBusy(true);
    await work()
      .then((name) => go(pathTo.notebook(name)))
      .catch(toastError);
    setBusy(false);
  };
  const remove = async (name: string): Promise<void> => {
    await client.deleteNotebook(name).then(
      () =>
        toast(`Moved “${name}” to the trash.`, {
          action: { label: 'Undo', run: () => void client.restoreNotebook(name).catch(toastError) },
        }),
      toastError,
    );
  };
  let picker!: HTMLInputElement;
  return (
    <DropZone
      label="Drop a notebook (.md or .ipynb) to import it"
      accept={/\.(?:md|ipynb)$/i}
      onFiles={([file]) => void make(() => importFile(client, file))}
    >
      <div class="page gallery">
        <Welcome start={notebooks.value()?.some(({ name }) => name === WELCOME) ? pathTo.notebook(WELCOME) : null} />
        <div class="gallery-bar">
          <h2>Notebooks</h2>
          <button class="button plain" onClick={() => picker.click()}>
            <Icon name="up" /> Import .md or .ipynb
          </button>
          <input
            ref={picker}
            type="file"
            accept=".md,.ipynb"
            hidden
            aria-label="Notebook file to import"
            onChange={({ currentTarget: { files } }) =>
              files?.[0] && void make(() => importFile(client, files[0] as File))
            }
          />
          <button class="button primary" disabled={busy()} onClick={() => void make(() => newNotebook(client))}>
            <Icon name="add" /> New notebook
          </button>
        </div>
        <Switch>
          <Match when={notebooks.error() && !notebooks.value()}>
            <Failure error={notebooks.error() as Error} onRetry={notebooks.reload} />
          </Match>
          <Match when={listed()?.length === 0}>
            <p class="gallery-empty">
              No notebook yet. Make one, or drop a Markdown or Jupyter file anywhere on this page.
            </p>
          </Match>
          <Match when={listed()}>
            {(entries) => (
              <ol class="cards">
                <For each={entries()}>
                  {(entry) => (
                    <NotebookCard
                      entry={entry}
                      seal={lastSeals().get(entry.name)}
                      onRemove={() => void remove(entry.name)}
                    />
                  )}
                </For>
              </ol>
            )}
          </Match>
        </Switch>
        <Show when={notebooks.loading() && !notebooks.value()}>
          <p class="visually-hidden" role="status">
            Loading notebooks
          </p>
        </Show>
      </div>
    </DropZone>
  );
}
