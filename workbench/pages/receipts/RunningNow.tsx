import { Show } from 'solid-js';
import { createLoaded, useKernel } from '../../kernel.tsx';
import { Ago } from '../../parts/Ago.tsx';
import { ForKey } from '../../parts/ForKey.tsx';
import { toastError } from '../../parts/toast.ts';

/** Calls under way, whoever made them. */
export function RunningNow() {
  const { client } = useKernel();
  const runs = createLoaded(
    (kernel) => kernel.runs(),
    (event) => event.type === 'run' || event.type === 'progress',
  );
  return (
    <Show when={(runs.value() ?? []).length > 0}>
      <section class="running" aria-label="Running now">
        <ForKey each={runs.value() ?? []} by={({ id }) => id}>
          {(run) => (
            <div class="running-row">
              <code>{run().method}</code>
              <span class="quiet">
                since <Ago time={run().started} />
              </span>
              <span class="quiet">{run().progress?.note}</span>
              <button class="button plain small" onClick={() => void client.cancel(run().id).catch(toastError)}>
                Cancel
              </button>
            </div>
          )}
        </ForKey>
      </section>
    </Show>
  );
}
