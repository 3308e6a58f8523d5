import './rail.css';
import { createSignal, For, lazy, Show, Suspense } from 'solid-js';
import type { CellState, CellStatus } from '#common/notebook.ts';
import { Icon } from '../parts/Icon.tsx';

const Lineage = lazy(async () => ({ default: (await import('./Lineage.tsx')).Lineage }));

/** In the margin: each value's digest, and the receipts behind it; opens to where they come from. */
export function EvidenceRail(props: { readonly report: CellState | undefined; readonly status: CellStatus }) {
  const [open, setOpen] = createSignal(false);
  const outputs = (): NonNullable<CellState['outputs']> => props.report?.outputs ?? [];
  const receipts = (): readonly string[] => props.report?.receipts ?? [];
  const shown = (): boolean => outputs().length > 0 || receipts().length > 0;
  return (
    <aside class="rail" data-old={props.status === 'stale'} aria-label="Evidence">
      <Show when={shown()}>
        <button
          class="rail-button"
          aria-expanded={open()}
          aria-haspopup="dialog"
          title="Where this comes from"
          onClick={() => setOpen(true)}
        >
          <For each={outputs().slice(0, 6)}>
            {(output) => (
              <span class="rail-value">
                <span class="rail-name">{output.name}</span>
                <span class="digest">{output.digest?.slice(0, 8)}</span>
                <span class="rail-preview">{output.preview}</span>
              </span>
            )}
          </For>
          <Show when={outputs().length > 6}>
            <span class="rail-more">{outputs().length - 6} more</span>
          </Show>
          <Show when={receipts().length > 0}>
            <span class="rail-receipts">
              <Icon name="receipt" /> {receipts().length} {receipts().length === 1 ? 'receipt' : 'receipts'}
            </span>
          </Show>
        </button>
      </Show>
      <Show when={open()}>
        <Suspense>
          <Lineage report={props.report as CellState} onClose={() => setOpen(false)} />
        </Suspense>
      </Show>
    </aside>
  );
}
