import './datasets.css';
import { createSignal, For, Match, Show, Switch } from 'solid-js';
import { createLoaded } from '../../kernel.tsx';
import { DropZone, TABLES } from '../../parts/DropZone.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { go, pathTo } from '../../router.ts';
import { AddDataset } from './AddDataset.tsx';
import { DatasetView } from './DatasetView.tsx';

/** What notebooks can read: each set with where it comes from, its columns and its rows; and the place to add one. */
export function Datasets(props: { readonly name: string | null }) {
  const datasets = createLoaded(
    (client) => client.datasets(),
    (event) => event.type === 'dataset',
  );
  const [file, setFile] = createSignal<File>();
  let picker!: HTMLInputElement;
  return (
    <DropZone
      label="Drop a table: CSV, Parquet, Arrow or JSON"
      accept={TABLES}
      onFiles={([dropped]) => setFile(dropped)}
    >
      <div class="page split" data-chosen={props.name !== null}>
        <div class="split-list">
          <h1 class="split-title">Data sets</h1>
          <ul>
            <For each={datasets.value()}>
              {({ name, title, problem }) => (
                <li>
                  <a
                    class="split-link"
                    href={pathTo.datasets(name)}
                    aria-current={props.name === name ? 'page' : undefined}
                  >
                    <b class="mono">{name}</b>
                    <span>{problem ? `Broken: ${problem}` : title}</span>
                  </a>
                </li>
              )}
            </For>
          </ul>
          <button class="button" onClick={() => picker.click()}>
            <Icon name="add" /> Add a data set
          </button>
          <input
            ref={picker}
            type="file"
            hidden
            accept=".csv,.tsv,.json,.ndjson,.parquet,.arrow"
            aria-label="Data set file"
            onChange={({ currentTarget }) => {
              setFile(currentTarget.files?.[0]);
              // The same file may be chosen again.
              currentTarget.value = '';
            }}
          />
        </div>
        <div class="split-main">
          <Show when={props.name !== null}>
            <a class="split-back" href={pathTo.datasets()}>
              Data sets
            </a>
          </Show>
          <Switch fallback={<Nothing />}>
            <Match when={datasets.error() && !datasets.value()}>
              <Failure error={datasets.error() as Error} onRetry={datasets.reload} />
            </Match>
            <Match when={props.name} keyed>
              {(name) => <DatasetView name={name} />}
            </Match>
          </Switch>
        </div>
        <Show when={file()} keyed>
          {(chosen) => (
            <AddDataset
              file={chosen}
              onAdded={(added) => go(pathTo.datasets(added))}
              onClose={() => setFile(undefined)}
            />
          )}
        </Show>
      </div>
    </DropZone>
  );
}

function Nothing() {
  return (
    <div class="split-empty">
      <p>Choose a data set, or drop a table anywhere on this page.</p>
      <p class="quiet">
        A notebook that names it under <code>datasets</code> reads it as a variable: <code>wages.column('wage')</code>{' '}
        in TypeScript, <code>FROM wages</code> in SQL.
      </p>
    </div>
  );
}
