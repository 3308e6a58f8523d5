import { createEffect, createMemo, createSignal, onCleanup, Show } from 'solid-js';
import { useKernel } from '../kernel.tsx';
import { duration } from '../parts/duration.ts';
import { ForKey } from '../parts/ForKey.tsx';
import { toastError } from '../parts/toast.ts';
import type { CallProgress } from '../session/state.ts';
import { useSheet } from './context.ts';

const SHOW_AFTER = 400;

/** Plugin methods that this cell waits for: how far they are, how long they will take, and a way to cancel. */
export function CellCalls(props: { readonly cell: string }) {
  const { state } = useSheet();
  const [now, setNow] = createSignal(Date.now());
  const calls = createMemo(() => state().calls.filter(({ cell }) => cell === props.cell));
  const waiting = createMemo(() => calls().length > 0);
  createEffect(() => {
    if (!waiting()) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    onCleanup(() => clearInterval(timer));
  });
  const shown = createMemo(() => calls().filter(({ started }) => now() - started > SHOW_AFTER));
  return (
    <Show when={shown().length > 0}>
      <div class="cell-calls">
        <ForKey each={shown()} by={({ call }) => call}>
          {(call) => <Call call={call()} now={now()} />}
        </ForKey>
      </div>
    </Show>
  );
}

function Call(props: { readonly call: CallProgress; readonly now: number }) {
  const { client } = useKernel();
  const share = (): number => (props.call.total > 0 ? Math.min(1, props.call.done / props.call.total) : 0);
  const elapsed = (): number => props.now - props.call.started;
  const left = (): number | null => (share() > 0.02 ? (elapsed() / share()) * (1 - share()) : null);
  return (
    <div class="call">
      <code>{props.call.method}</code>
      <span class="call-note">{props.call.note ?? ''}</span>
      <span class="call-time">
        <Show when={left()} fallback={duration(elapsed())}>
          {(ms) => `${Math.round(share() * 100)} %, ${duration(ms())} left`}
        </Show>
      </span>
      <button class="button plain small" onClick={() => void client.cancel(props.call.call).catch(toastError)}>
        Cancel
      </button>
      <span
        class="progress call-bar"
        classList={{ unknown: props.call.total === 0 }}
        role="progressbar"
        aria-label={props.call.method}
        aria-valuenow={Math.round(share() * 100)}
      >
        <i style={{ transform: props.call.total === 0 ? '' : `scaleX(${share()})` }} />
      </span>
    </div>
  );
}
