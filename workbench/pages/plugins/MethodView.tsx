import { createSignal, onCleanup, Show } from 'solid-js';
import type { MethodManifest } from '#common/plugin.ts';
import type { CallOutcome } from '#common/protocol.ts';
import { useKernel } from '../../kernel.tsx';
import { duration } from '../../parts/duration.ts';
import { artifactsIn } from '../../parts/artifacts.ts';
import { Failure } from '../../parts/Failure.tsx';
import { ForKey } from '../../parts/ForKey.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { toastError } from '../../parts/toast.ts';
import { ValueTree } from '../../parts/ValueTree.tsx';
import { pathTo } from '../../router.ts';
import { SchemaForm } from './SchemaForm.tsx';

interface Running {
  readonly id: string;
  readonly started: number;
  readonly done: number;
  readonly total: number;
  readonly note: string;
}

/** One method: what it does, a form made from its schema, and what it gives back. */
export function MethodView(props: { readonly name: string; readonly plugin: string; readonly method: MethodManifest }) {
  const { client, onEvent } = useKernel();
  const [running, setRunning] = createSignal<Running>();
  const [outcome, setOutcome] = createSignal<CallOutcome>();
  const [error, setError] = createSignal<Error>();
  const [now, setNow] = createSignal(Date.now());
  const timer = setInterval(() => setNow(Date.now()), 200);
  onCleanup(() => clearInterval(timer));
  onEvent((event) => {
    if (event.type === 'progress' && event.call === running()?.id)
      setRunning((was) => was && { ...was, done: event.done, total: event.total, note: event.note ?? '' });
  });
  const call = async (input: unknown): Promise<void> => {
    const id = crypto.randomUUID();
    setRunning({ id, started: Date.now(), done: 0, total: 0, note: '' });
    setError(undefined);
    setOutcome(undefined);
    await client.call({ id, method: props.name, input }).then(setOutcome, setError);
    setRunning(undefined);
  };
  return (
    <article class="method">
      <p class="quiet">
        <a href={pathTo.plugins(props.plugin)}>{props.plugin}</a>
      </p>
      <h2 class="dataset-title">{props.method.title}</h2>
      <p class="plugin-about">{props.method.description}</p>
      <SchemaForm
        schema={props.method.input}
        example={props.method.example}
        label={`Call ${props.name}`}
        busy={running() !== undefined}
        onSubmit={(input) => void call(input)}
      />
      <Show when={running()}>
        {(run) => (
          <div class="call">
            <code>{props.name}</code>
            <span class="call-note">{run().note}</span>
            <span class="call-time">{duration(now() - run().started)}</span>
            <button class="button plain small" onClick={() => void client.cancel(run().id).catch(toastError)}>
              Cancel
            </button>
            <span
              class="progress call-bar"
              classList={{ unknown: run().total === 0 }}
              role="progressbar"
              aria-label={props.name}
            >
              <i style={{ transform: run().total === 0 ? '' : `scaleX(${run().done / run().total})` }} />
            </span>
          </div>
        )}
      </Show>
      <Show when={error()}>{(failed) => <Failure error={failed()} />}</Show>
      <Show when={outcome()}>
        {(done) => (
          <section class="method-result" aria-label="Result">
            <p class="method-receipt">
              <Icon name="receipt" /> It left the receipt{' '}
              <a class="digest" href={pathTo.receipts(done().receipt.id)}>
                {done().receipt.id.slice(0, 16)}
              </a>
              , checked against its digest.
            </p>
            <ForKey each={artifactsIn(props.method, done().result)} by={({ name }) => name}>
              {(file) => (
                <a class="button small" href={client.artifactUrl(file().digest, file().file)} download={file().file}>
                  Save {file().name}
                </a>
              )}
            </ForKey>
            <ValueTree value={done().result} name="result" open />
          </section>
        )}
      </Show>
    </article>
  );
}
