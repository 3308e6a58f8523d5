import './audit-packs.css';
import { createSignal, For, Show } from 'solid-js';
import { AssayError } from '#common/errors.ts';
import { periodInWords } from '#common/pack/title.ts';
import { createLoaded, useKernel } from '../../kernel.tsx';
import { Ago } from '../../parts/Ago.tsx';
import { size } from '../../parts/duration.ts';
import { Failure } from '../../parts/Failure.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { toastError } from '../../parts/toast.ts';
import { pathTo } from '../../router.ts';
import { packsOpen, setPacksOpen } from './packs-open.ts';

const RECENT = 5;

interface Making {
  readonly call: string;
  readonly done: number;
  readonly total: number;
}

/** Days are those of UTC, as in receipts. */
const today = (): string => new Date().toISOString().slice(0, 10);

/** Everything that was logged in a period, as one file with a report: for an auditor who has no Assay here. */
export function AuditPacks() {
  const { client, onEvent } = useKernel();
  const [from, setFrom] = createSignal(`${today().slice(0, 8)}01`);
  const [to, setTo] = createSignal(today());
  const [making, setMaking] = createSignal<Making>();
  const [error, setError] = createSignal<AssayError>();
  const packs = createLoaded(
    (kernel) => kernel.packs(),
    (event) => event.type === 'pack' && event.state === 'done',
  );
  onEvent((event) => {
    const mine = making();
    if (event.type === 'pack' && event.call === mine?.call && event.total !== undefined)
      setMaking({ call: event.call, done: event.done ?? 0, total: event.total });
  });
  const make = async (): Promise<void> => {
    const call = crypto.randomUUID();
    setError(undefined);
    setMaking({ call, done: 0, total: 0 });
    try {
      await client.makePack({ from: from(), to: to(), id: call });
      packs.reload();
    } catch (cause) {
      if (!(cause instanceof AssayError) || cause.code !== 'CANCELLED') setError(AssayError.from(cause));
    } finally {
      setMaking(undefined);
    }
  };
  return (
    <details class="packs" open={packsOpen()} onToggle={({ currentTarget }) => setPacksOpen(currentTarget.open)}>
      <summary>
        Audit pack <span class="quiet">everything that was logged in a period, as one file that anyone can check</span>
      </summary>
      <form
        class="packs-form"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <label>
          <span class="label">First day</span>
          <input
            class="field"
            type="date"
            required
            max={to()}
            value={from()}
            onInput={({ currentTarget }) => setFrom(currentTarget.value)}
          />
        </label>
        <label>
          <span class="label">Last day</span>
          <input
            class="field"
            type="date"
            required
            min={from()}
            value={to()}
            onInput={({ currentTarget }) => setTo(currentTarget.value)}
          />
        </label>
        <button class="button seal" disabled={making() !== undefined}>
          Make the pack
        </button>
      </form>
      <p class="quiet packs-about">
        Both days are included, in UTC. The file holds each receipt, the proof that none is missing, and a report to
        read: runs, gates, failures, data, models, plugins.
      </p>
      <Show when={making()}>
        {(state) => (
          <div class="packs-making" role="status">
            <span>
              {state().total === 0
                ? 'Reading the log …'
                : `Reading and checking receipts: ${Math.floor((100 * state().done) / state().total)} %`}
            </span>
            <button class="button plain small" onClick={() => void client.cancel(state().call).catch(toastError)}>
              Cancel
            </button>
            <span
              class="progress"
              classList={{ unknown: state().total === 0 }}
              role="progressbar"
              aria-label="Making the audit pack"
            >
              <i style={{ transform: state().total === 0 ? '' : `scaleX(${state().done / state().total})` }} />
            </span>
          </div>
        )}
      </Show>
      <Show when={error()}>{(cause) => <Failure error={cause()} />}</Show>
      <Show when={packs.error()}>{(cause) => <Failure error={cause()} onRetry={packs.reload} />}</Show>
      <ul class="packs-list">
        <For each={packs.value()?.slice(0, RECENT)}>
          {(pack) => (
            <li>
              <span class="packs-name">
                <b>{periodInWords(pack)}</b>
                <span class="quiet">
                  {pack.receipts.toLocaleString('en')} {pack.receipts === 1 ? 'receipt' : 'receipts'},{' '}
                  {size(pack.bytes)}, made <Ago time={pack.at} />
                </span>
              </span>
              <a class="button small" href={client.packUrl(pack.id)} download="">
                <Icon name="download" /> Download
              </a>
              <a class="button small plain" href={pathTo.verify(pack.id)}>
                <Icon name="verify" /> Verify it
              </a>
            </li>
          )}
        </For>
      </ul>
    </details>
  );
}
