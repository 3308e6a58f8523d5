import './lineage.css';
import { createResource, For, Match, Show, Switch } from 'solid-js';
import type { CellState } from '#common/notebook.ts';
import { useKernel } from '../kernel.tsx';
import type { KernelClient } from '../kernel-client.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { Failure } from '../parts/Failure.tsx';
import { headline, type ReadReceipt, readReceipt } from '../parts/receipt.ts';
import { Icon } from '../parts/Icon.tsx';
import { pathTo } from '../router.ts';

const MOST = 60;

interface Found extends ReadReceipt {
  /** Steps from the cell. */
  readonly depth: number;
  readonly role: string;
}

/** Where a cell's values come from: its receipts, and theirs, each checked against its own digest as it comes in. */
export function Lineage(props: { readonly report: CellState; readonly onClose: () => void }) {
  const { client } = useKernel();
  const [receipts] = createResource(
    () => props.report.receipts ?? [],
    (ids) => trace(client, ids),
  );
  return (
    <Dialog title="Where this comes from" wide onClose={props.onClose}>
      <table class="lineage-values">
        <tbody>
          <For each={props.report.outputs ?? []}>
            {({ name, type, preview, digest }) => (
              <tr>
                <th scope="row" class="mono">
                  {name}
                </th>
                <td>{type}</td>
                <td class="lineage-preview">{preview}</td>
                <td class="digest lineage-digest">{digest}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <Switch>
        <Match when={receipts.error}>
          <Failure error={receipts.error as Error} />
        </Match>
        <Match when={(props.report.receipts ?? []).length === 0}>
          <p class="quiet">It called no plugin: its value follows from the cells it reads and from nothing else.</p>
        </Match>
        <Match when={receipts()}>
          {(found) => (
            <ol class="lineage-list">
              <For each={found()}>
                {(receipt) => (
                  <li class="lineage-item" style={{ '--depth': receipt.depth }}>
                    <a href={pathTo.receipts(receipt.id)}>{headline(receipt)}</a>
                    <span class="tag">{receipt.role}</span>
                    <span class="digest">{receipt.id.slice(0, 12)}</span>
                    <span class="lineage-ok" title="Its SHA-256 is its id">
                      <Icon name="check" /> checked
                    </span>
                    <Show when={receipt.materials.length > 0}>
                      <span class="quiet lineage-uses">
                        uses {receipt.materials.map(({ name }) => name).join(', ')}
                      </span>
                    </Show>
                  </li>
                )}
              </For>
            </ol>
          )}
        </Match>
      </Switch>
    </Dialog>
  );
}

/** Receipts and their ancestors, nearest first. @throws RECEIPT_MISMATCH */
async function trace(client: KernelClient, ids: readonly string[]): Promise<readonly Found[]> {
  const found = new Map<string, Found>();
  let next = ids.map((id) => ({ id, role: 'call' }));
  for (let depth = 0; next.length > 0 && found.size < MOST; depth++) {
    const read = await Promise.all(
      next.map(async ({ id, role }): Promise<Found> => ({ ...readReceipt(await client.receipt(id)), depth, role })),
    );
    for (const receipt of read) found.set(receipt.id, receipt);
    next = read
      .flatMap(({ parents }) => parents.map(({ digest, role }) => ({ id: digest, role })))
      .filter(({ id }, i, all) => !found.has(id) && all.findIndex((other) => other.id === id) === i);
  }
  return [...found.values()];
}
