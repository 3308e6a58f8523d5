import './seal.css';
import { createEffect, createMemo, createSignal, Match, on, onCleanup, Show, Switch } from 'solid-js';
import { useKernel } from '../kernel.tsx';
import { duration } from '../parts/duration.ts';
import { Failure } from '../parts/Failure.tsx';
import { Hallmark } from '../parts/Hallmark.tsx';
import { Icon } from '../parts/Icon.tsx';
import { toastError } from '../parts/toast.ts';
import { pathTo } from '../router.ts';
import { runAction } from '../shell/actions.ts';
import { useSheet } from './context.ts';

/** The sheet's foot: what the values of this run amount to, and, once sealed, the hallmark that they draw. */
export function SealFooter() {
  const { state } = useSheet();
  const { client } = useKernel();
  const sealing = createMemo(() => state().sealing);
  const kind = createMemo(() => sealing().kind);
  let footer!: HTMLElement;
  // Whoever seals wants to see the hallmark being pressed: it lies at the foot, and the button may be anywhere.
  createEffect(
    on(kind, (now, before) => {
      const begun = now === 'waiting' || (now === 'running' && before !== 'waiting');
      if (begun) queueMicrotask(() => footer.scrollIntoView({ block: 'center' }));
    }),
  );
  return (
    <footer class="seal-footer" ref={footer} aria-label="Seal" data-kind={kind()}>
      <div class="seal-body">
        <Switch>
          <Match when={kind() === 'running' || kind() === 'waiting'}>
            <Progress />
          </Match>
          <Match
            when={sealing().kind === 'failed' && (sealing() as Extract<ReturnType<typeof sealing>, { kind: 'failed' }>)}
            keyed
          >
            {({ error }) => <Failure error={error} onRetry={() => runAction('notebook.seal')} />}
          </Match>
          <Match
            when={sealing().kind === 'done' && (sealing() as Extract<ReturnType<typeof sealing>, { kind: 'done' }>)}
            keyed
          >
            {({ outcome, source }) => (
              <div class="seal-done">
                <Hallmark root={outcome.root} size={96} pressing />
                <div>
                  <p class="seal-title">{source === state().source ? 'Sealed' : 'Sealed, and changed since'}</p>
                  <p class="digest seal-root">{outcome.root}</p>
                  <p class="seal-links">
                    <a class="button small" href={client.bundleUrl(outcome.id)} download={`${state().name}.zip`}>
                      <Icon name="download" /> Download bundle
                    </a>
                    <a class="button small plain" href={pathTo.verify(outcome.id)}>
                      <Icon name="verify" /> Verify it
                    </a>
                  </p>
                </div>
              </div>
            )}
          </Match>
          <Match when={state().root}>
            {(root) => (
              <div class="seal-root-line">
                <span class="seal-ghost">
                  <Hallmark root={root()} size={28} />
                </span>
                <span>
                  All values amount to <span class="digest">{root().slice(0, 16)}</span>
                </span>
                <button class="button plain small" onClick={() => runAction('notebook.seal')}>
                  Seal this run
                </button>
              </div>
            )}
          </Match>
        </Switch>
      </div>
    </footer>
  );
}

function Progress() {
  const { state } = useSheet();
  const { client } = useKernel();
  const [now, setNow] = createSignal(Date.now());
  const timer = setInterval(() => setNow(Date.now()), 200);
  onCleanup(() => clearInterval(timer));
  const running = () => {
    const { sealing } = state();
    return sealing.kind === 'running' ? sealing : null;
  };
  return (
    <div class="seal-progress" role="status">
      <Show when={running()} fallback={<p>Saving, before it is sealed …</p>}>
        {(seal) => (
          <>
            <p>
              The kernel runs the notebook afresh, with a receipt for every step{seal().cell ? ': ' : ' …'}
              <code>{seal().cell}</code>
            </p>
            <p class="quiet seal-count">
              {seal().total > 0 ? `${seal().done} of ${seal().total} cells, ` : ''}
              {duration(now() - seal().started)}{' '}
              <button class="button plain small" onClick={() => void client.cancel(seal().call).catch(toastError)}>
                Cancel
              </button>
            </p>
            <span class="progress" classList={{ unknown: seal().total === 0 }} role="progressbar" aria-label="Sealing">
              <i style={{ transform: seal().total === 0 ? '' : `scaleX(${seal().done / seal().total})` }} />
            </span>
          </>
        )}
      </Show>
    </div>
  );
}
