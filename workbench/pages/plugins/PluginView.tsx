import { For, Show } from 'solid-js';
import type { PluginManifest } from '#common/plugin.ts';
import { pathTo } from '../../router.ts';
import { signature } from '../../notebook/completion.ts';

export function PluginView(props: { readonly plugin: PluginManifest }) {
  const may = (): readonly string[] => {
    const { files = [], network = [], calls = [] } = props.plugin.permissions;
    return [
      ...files.map((folder) => (folder === 'input' ? 'read files that the caller names' : `read ${folder}/`)),
      ...network.map((host) => `reach ${host}`),
      ...calls.map((method) => `call ${method}`),
    ];
  };
  return (
    <article>
      <h2 class="dataset-title">{props.plugin.title}</h2>
      <p class="plugin-about">{props.plugin.description}</p>
      <dl class="facts">
        <dt>Version</dt>
        <dd>{props.plugin.version}</dd>
        <dt>May</dt>
        <dd>{may().length > 0 ? may().join(', ') : 'nothing but compute'}</dd>
        <Show when={(props.plugin.notebooks ?? []).length > 0}>
          <dt>See</dt>
          <dd>
            <For each={props.plugin.notebooks}>
              {(name, i) => (
                <>
                  {i() > 0 ? ', ' : ''}
                  <a href={pathTo.notebook(name)}>{name}</a>
                </>
              )}
            </For>
          </dd>
        </Show>
      </dl>
      <ul class="methods">
        <For each={Object.entries(props.plugin.methods)}>
          {([name, method]) => (
            <li class="method-entry">
              <h3>
                <a class="mono" href={pathTo.plugins(props.plugin.name, name)}>
                  {props.plugin.name}.{name}
                </a>{' '}
                <span class="quiet">{method.title}</span>
              </h3>
              <p>{method.description}</p>
              <code class="method-takes">{signature(method.input)}</code>
            </li>
          )}
        </For>
      </ul>
    </article>
  );
}
