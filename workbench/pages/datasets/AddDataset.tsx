import './datasets.css';
import { createResource, createSignal, Show } from 'solid-js';
import type { TableData } from '#common/data.ts';
import { useKernel } from '../../kernel.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { size } from '../../parts/duration.ts';
import { Failure } from '../../parts/Failure.tsx';
import { TableView } from '../../parts/TableView.tsx';
import { toast } from '../../parts/toast.ts';

const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** A file name as a variable: `Wages 2020.csv` → `wages_2020`. */
const nameFor = (fileName: string): string =>
  fileName
    .replace(/\.\w+$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .replace(/_+$/, '')
    .slice(0, 40) || 'data';

/** How the file reads, and what to call it, before it is added. */
export function AddDataset(props: {
  readonly file: File;
  readonly onAdded: (name: string) => void;
  readonly onClose: () => void;
}) {
  const { client } = useKernel();
  const [name, setName] = createSignal(nameFor(props.file.name));
  const [title, setTitle] = createSignal(props.file.name.replace(/\.\w+$/, ''));
  const [licence, setLicence] = createSignal('');
  const [source, setSource] = createSignal('');
  const [error, setError] = createSignal<Error>();
  const [busy, setBusy] = createSignal(false);
  const [preview] = createResource(async () => {
    const bytes = new Uint8Array(await props.file.arrayBuffer());
    const { result } = await client.call({ method: 'datasets.inspect', input: { bytes, fileName: props.file.name } });
    return result as { readonly rows: number; readonly preview: TableData };
  });
  const add = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await client.addDataset(
        {
          name: name(),
          fileName: props.file.name,
          title: title() || name(),
          ...(licence() ? { licence: licence() } : {}),
          ...(source() ? { source: source() } : {}),
        },
        props.file,
      );
      toast(`Added ${name()}.`);
      props.onAdded(name());
      props.onClose();
    } catch (cause) {
      setError(cause as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title="Add a data set" wide onClose={props.onClose}>
      <form class="add-dataset" onSubmit={(event) => void add(event)}>
        <label>
          <span class="label">Name in cells</span>
          <input
            class="field mono"
            required
            value={name()}
            aria-invalid={!NAME.test(name())}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <label>
          <span class="label">Title</span>
          <input class="field" value={title()} onInput={({ currentTarget }) => setTitle(currentTarget.value)} />
        </label>
        <label>
          <span class="label">Source</span>
          <input
            class="field"
            placeholder="Where it comes from"
            value={source()}
            onInput={({ currentTarget }) => setSource(currentTarget.value)}
          />
        </label>
        <label>
          <span class="label">Licence</span>
          <input
            class="field"
            placeholder="CC-BY-4.0"
            value={licence()}
            onInput={({ currentTarget }) => setLicence(currentTarget.value)}
          />
        </label>
        <div class="add-preview">
          <Show
            when={preview.error}
            fallback={
              <Show
                when={preview()}
                fallback={
                  <p class="quiet" role="status">
                    Reading {props.file.name}, {size(props.file.size)} …
                  </p>
                }
              >
                {(read) => (
                  <>
                    <p class="quiet">
                      {read().rows.toLocaleString('en')} {read().rows === 1 ? 'row' : 'rows'} in {props.file.name}. The
                      first of them:
                    </p>
                    <TableView table={read().preview} height={220} label="First rows" />
                  </>
                )}
              </Show>
            }
          >
            <Failure error={preview.error as Error} />
          </Show>
        </div>
        <Show when={error()}>{(failed) => <Failure error={failed()} />}</Show>
        <p class="add-acts">
          <button class="button primary" disabled={busy() || !NAME.test(name()) || preview.error !== undefined}>
            Add {name()}
          </button>
          <Show when={!NAME.test(name())}>
            <span class="quiet">Small letters, digits and _, beginning with a letter.</span>
          </Show>
        </p>
      </form>
    </Dialog>
  );
}
