import { Show } from 'solid-js';
import { Ago } from '../../parts/Ago.tsx';
import { ForKey } from '../../parts/ForKey.tsx';
import { headline, type ReadReceipt } from '../../parts/receipt.ts';
import { pathTo } from '../../router.ts';

/** Receipts about keys, newest first. */
export function KeyChanges(props: { readonly changes: readonly ReadReceipt[] }) {
  return (
    <section>
      <h2 class="keys-heading">What was changed</h2>
      <Show
        when={props.changes.length > 0}
        fallback={
          <p class="keys-empty">
            Nothing yet. Each change of a key will be here as a receipt, signed by the key that ends and the one that
            follows.
          </p>
        }
      >
        <ul class="keys-list">
          <ForKey each={props.changes} by={({ id }) => id}>
            {(receipt) => (
              <li class="keys-change">
                <span class="quiet">{receipt().index}</span>
                <a href={pathTo.receipts(receipt().id)}>{headline(receipt())}</a>
                <span class="quiet">
                  <Ago time={receipt().time} />
                </span>
              </li>
            )}
          </ForKey>
        </ul>
      </Show>
    </section>
  );
}
