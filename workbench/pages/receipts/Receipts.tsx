import './receipts.css';
import { createMemo, createSignal, For, Match, Show, Switch } from 'solid-js';
import { type Kind, KINDS } from '#common/receipt/types.ts';
import { createLoaded } from '../../kernel.tsx';
import { Ago } from '../../parts/Ago.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { headline, readReceipt } from '../../parts/receipt.ts';
import { pathTo } from '../../router.ts';
import { AuditPacks } from './AuditPacks.tsx';
import { ReceiptView } from './ReceiptView.tsx';
import { RunningNow } from './RunningNow.tsx';

const LIMIT = 100;

/** The organisation's log, newest first; one receipt in full. */
export function Receipts(props: { readonly id: string | null }) {
  const [kind, setKind] = createSignal<Kind | ''>('');
  const [more, setMore] = createSignal(1);
  const receipts = createLoaded(
    (client) => client.receipts({ limit: Math.min(1000, LIMIT * more()), ...(kind() ? { kind: kind() as Kind } : {}) }),
    (event) => event.type === 'receipt',
  );
  const read = createMemo(() => (receipts.value() ?? []).map(readReceipt));
  const choose = (next: Kind | ''): void => {
    setKind(next);
    receipts.reload();
  };
  return (
    <div class="page receipts">
      <Switch>
        <Match when={props.id} keyed>
          {(id) => <ReceiptView id={id} />}
        </Match>
        <Match when={true}>
          <h1 class="page-title">Receipts</h1>
          <p class="page-lead">
            Every act leaves one. It is never changed after it is written, and its name is the SHA-256 of what it says.
          </p>
          <RunningNow />
          <AuditPacks />
          <p class="receipts-keys">
            <a href={pathTo.keys}>Keys</a>{' '}
            <span class="quiet">who signs for the organisation, and how that changed</span>
          </p>
          <div class="receipts-bar">
            <label class="label" for="kind">
              Kind
            </label>
            <select
              id="kind"
              class="field"
              value={kind()}
              onChange={({ currentTarget }) => choose(currentTarget.value as Kind | '')}
            >
              <option value="">all</option>
              <For each={KINDS}>{(one) => <option value={one}>{one}</option>}</For>
            </select>
          </div>
          <Show when={receipts.error()}>{(error) => <Failure error={error()} onRetry={receipts.reload} />}</Show>
          <Show when={receipts.value()?.length === 0}>
            <p class="receipts-empty">
              No receipt yet. Run a notebook that calls a plugin, and each call will be here.
            </p>
          </Show>
          <table class="receipts-table">
            <tbody>
              <For each={read()}>
                {(receipt) => (
                  <tr>
                    <td class="quiet">{receipt.index}</td>
                    <td>
                      <span class="tag" data-kind={receipt.kind}>
                        {receipt.kind}
                      </span>
                    </td>
                    <th scope="row">
                      <a href={pathTo.receipts(receipt.id)}>{headline(receipt)}</a>
                    </th>
                    <td class="digest">{receipt.id.slice(0, 12)}</td>
                    <td class="quiet">
                      <Ago time={receipt.time} />
                    </td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
          <Show when={read().length === LIMIT * more() && more() < 10}>
            <button
              class="button"
              onClick={() => {
                setMore((n) => n + 1);
                receipts.reload();
              }}
            >
              Older ones
            </button>
          </Show>
        </Match>
      </Switch>
    </div>
  );
}
