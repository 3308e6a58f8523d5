import '../datasets/datasets.css';
import './plugins.css';
import { createMemo, For, Match, Show, Switch } from 'solid-js';
import { createLoaded } from '../../kernel.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { pathTo } from '../../router.ts';
import { MethodView } from './MethodView.tsx';
import { PluginView } from './PluginView.tsx';

/** What the kernel can do: every plugin, its methods, and a form that calls each. */
export function Plugins(props: { readonly name: string | null; readonly method: string | null }) {
  const plugins = createLoaded(
    (client) => client.plugins(),
    (event) => event.type === 'plugin',
  );
  const plugin = createMemo(() => plugins.value()?.find(({ name }) => name === props.name));
  const method = createMemo(() => (props.method === null ? undefined : plugin()?.methods[props.method]));
  return (
    <div class="page split" data-chosen={props.name !== null}>
      <div class="split-list">
        <h1 class="split-title">Plugins</h1>
        <ul>
          <For each={plugins.value()}>
            {({ name, title }) => (
              <li>
                <a
                  class="split-link"
                  href={pathTo.plugins(name)}
                  aria-current={props.name === name ? 'page' : undefined}
                >
                  <b class="mono">{name}</b>
                  <span>{title}</span>
                </a>
              </li>
            )}
          </For>
        </ul>
      </div>
      <div class="split-main">
        <Show when={props.name !== null}>
          <a class="split-back" href={pathTo.plugins()}>
            Plugins
          </a>
        </Show>
        <Switch>
          <Match when={plugins.error() && !plugins.value()}>
            <Failure error={plugins.error() as Error} onRetry={plugins.reload} />
          </Match>
          <Match when={method()} keyed>
            {(found) => (
              <MethodView name={`${props.name}.${props.method}`} plugin={props.name as string} method={found} />
            )}
          </Match>
          <Match when={plugin()}>{(found) => <PluginView plugin={found()} />}</Match>
          <Match when={plugins.value()}>
            <div class="split-empty">
              <p>
                <Show when={props.name} fallback="Choose a plugin to see what it can do, and try it.">
                  There is no plugin of that name.
                </Show>
              </p>
              <p class="quiet">
                Write your own: <code>npx assay new-plugin my-plugin</code> makes one that works at once, and it appears
                here.
              </p>
            </div>
          </Match>
        </Switch>
      </div>
    </div>
  );
}
