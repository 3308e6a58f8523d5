import { createResource, For, Match, Show, Switch } from 'solid-js';
import { useKernel } from '../../kernel.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { moment } from '../../parts/duration.ts';
import { Icon } from '../../parts/Icon.tsx';
import { headline, readReceipt } from '../../parts/receipt.ts';
import { ValueTree } from '../../parts/ValueTree.tsx';
import { pathTo } from '../../router.ts';

/** One receipt, in full: its body was hashed here and is what its name says. */
export function ReceiptView(props: { readonly id: string }) {
  const { client } = useKernel();
  const [receipt, { refetch }] = createResource(
    () => props.id,
    (id) => client.receipt(id),
  );
  return (
    <Switch
      fallback={
        <p class="quiet" role="status">
          Reading …
        </p>
      }
    >
      <Match when={receipt.error}>
        <Failure error={receipt.error as Error} onRetry={() => void refetch()} />
      </Match>
      <Match when={receipt()} keyed>
        {(logged) => {
          const read = readReceipt(logged);
          return (
            <article>
              <p class="quiet">
                <a href={pathTo.receipts()}>Receipts</a>
              </p>
              <h1 class="page-title">{headline(read)}</h1>
              <p class="receipt-id">
                <span class="digest">{logged.id}</span>
                <span class="receipt-ok">
                  <Icon name="check" /> its SHA-256, checked here
                </span>
              </p>
              <dl class="facts receipt-facts">
                <dt>Kind</dt>
                <dd>{read.kind}</dd>
                <dt>Claims</dt>
                <dd>{moment(read.time)}</dd>
                <dt>Log</dt>
                <dd>
                  {read.log}, leaf {logged.index}
                </dd>
                <dt>Stream</dt>
                <dd>
                  {read.stream}, number {read.seq}
                </dd>
                <Show when={read.plugin}>
                  {(plugin) => (
                    <>
                      <dt>Plugin</dt>
                      <dd>
                        {plugin().name} {plugin().version} <span class="digest">{plugin().digest.slice(0, 12)}</span>
                      </dd>
                    </>
                  )}
                </Show>
                <dt>Before it</dt>
                <dd>
                  {read.prev ? (
                    <a class="digest" href={pathTo.receipts(read.prev)}>
                      {read.prev.slice(0, 16)}
                    </a>
                  ) : (
                    'nothing: the first of its stream'
                  )}
                </dd>
                <dt>Follows from</dt>
                <dd>
                  <For each={read.parents} fallback="nothing">
                    {({ digest, role }) => (
                      <span class="receipt-parent">
                        <a class="digest" href={pathTo.receipts(digest)}>
                          {digest.slice(0, 16)}
                        </a>{' '}
                        {role}
                      </span>
                    )}
                  </For>
                </dd>
                <dt>Uses</dt>
                <dd>
                  <For each={read.materials} fallback="nothing">
                    {({ name, digest }) => (
                      <span class="receipt-parent">
                        {name} <span class="digest">{digest.slice(0, 16)}</span>
                      </span>
                    )}
                  </For>
                </dd>
              </dl>
              <h2 class="verify-heading">Result</h2>
              <ValueTree name="result" value={read.result} open />
              <h2 class="verify-heading">Body</h2>
              <pre class="receipt-body">{JSON.stringify(JSON.parse(logged.body), null, 2)}</pre>
            </article>
          );
        }}
      </Match>
    </Switch>
  );
}
