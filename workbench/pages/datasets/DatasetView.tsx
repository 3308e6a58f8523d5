import { createResource, For, Match, Show, Switch } from 'solid-js';
import { useKernel } from '../../kernel.tsx';
import { size } from '../../parts/duration.ts';
import { Failure } from '../../parts/Failure.tsx';
import { Prose } from '../../parts/Prose.tsx';
import { TableView } from '../../parts/TableView.tsx';

export function DatasetView(props: { readonly name: string }) {
  const { client } = useKernel();
  const [about, { refetch }] = createResource(
    () => props.name,
    (name) => client.dataset(name),
  );
  const [table] = createResource(
    () => props.name,
    (name) => client.table(name),
  );
  return (
    <Switch
      fallback={
        <p class="quiet" role="status">
          Reading {props.name} …
        </p>
      }
    >
      <Match when={about.error}>
        <Failure error={about.error as Error} onRetry={() => void refetch()} />
      </Match>
      <Match when={about()}>
        {(dataset) => (
          <article class="dataset">
            <h2 class="dataset-title">{dataset().title}</h2>
            <Show when={dataset().description}>{(text) => <Prose markdown={text()} />}</Show>
            <dl class="facts">
              <dt>Rows</dt>
              <dd>{dataset().rows.toLocaleString('en')}</dd>
              <dt>Licence</dt>
              <dd>{dataset().licence ?? 'not stated'}</dd>
              <dt>Source</dt>
              <dd>{dataset().source ?? 'not stated'}</dd>
              <Show when={dataset().citation}>
                {(citation) => (
                  <>
                    <dt>Cite</dt>
                    <dd>{citation()}</dd>
                  </>
                )}
              </Show>
              <dt>File</dt>
              <dd>
                {size(dataset().file.bytes)} <span class="digest">{dataset().file.digest.slice(0, 16)}</span>
              </dd>
            </dl>
            <h3 class="dataset-heading">Columns</h3>
            <table class="columns">
              <tbody>
                <For each={dataset().columns}>
                  {(column) => (
                    <tr>
                      <th scope="row" class="mono">
                        {column.name}
                      </th>
                      <td>{column.type}</td>
                      <td>{column.unit}</td>
                      <td class="columns-about">{column.description}</td>
                      <td class="quiet">{column.missing ? `${column.missing.toLocaleString('en')} missing` : ''}</td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
            <For each={dataset().notes ?? []}>
              {(note) => (
                <aside class="dataset-note">
                  <Prose markdown={note} />
                </aside>
              )}
            </For>
            <h3 class="dataset-heading">Rows</h3>
            <Show when={!table.error} fallback={<Failure error={table.error as Error} />}>
              <Show when={table()} fallback={<p class="quiet">Reading the rows …</p>}>
                {(data) => <TableView table={data()} label={`Rows of ${props.name}`} />}
              </Show>
            </Show>
          </article>
        )}
      </Match>
    </Switch>
  );
}
