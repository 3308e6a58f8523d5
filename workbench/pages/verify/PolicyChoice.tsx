import { createMemo, createSignal, Show } from 'solid-js';
import type { Policy } from '#common/verify-types.ts';
import { PATHS } from '#common/bundle-layout.ts';
import { toastError } from '../../parts/toast.ts';
import { fileIn } from './verify.ts';

interface PolicyChoiceProps {
  readonly policy: Policy | null;
  readonly vkeyOf: Uint8Array;
  /** Of the kernel that serves this page, while there is one. */
  readonly ownKey: (() => Promise<string>) | undefined;
  readonly onPolicy: (policy: Policy | null) => void;
}

/** Trust comes from whoever verifies, never from the bundle: here they say which log's key they know. */
export function PolicyChoice(props: PolicyChoiceProps) {
  const [text, setText] = createSignal('');
  const carried = createMemo(() => new TextDecoder().decode(fileIn(props.vkeyOf, PATHS.vkey)).trim());
  const trust = (keys: string): void => {
    const logs = keys.split(/\s+/).filter(Boolean);
    props.onPolicy(logs.length === 0 ? null : { logs });
  };
  return (
    <details class="policy">
      <summary>
        Whom do you trust?{' '}
        <span class="quiet">
          {props.policy
            ? `${props.policy.logs.length} ${props.policy.logs.length === 1 ? 'key' : 'keys'}`
            : 'nobody yet, so the signer is not judged'}
        </span>
      </summary>
      <div class="policy-body">
        <p class="quiet">
          The bundle says that it was signed by <code class="policy-key">{carried()}</code>. Anyone can say so: compare
          it with the key that you had from them by another way.
        </p>
        <label class="label" for="policy-keys">
          Keys of the logs that you trust, one a line
        </label>
        <textarea
          id="policy-keys"
          class="field mono"
          rows="2"
          spellcheck={false}
          value={props.policy?.logs.join('\n') ?? text()}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <p class="policy-acts">
          <button class="button small" onClick={() => trust(text() || (props.policy?.logs.join('\n') ?? ''))}>
            Judge by these
          </button>
          <Show when={props.ownKey}>
            {(ownKey) => (
              <button class="button small plain" onClick={() => void ownKey()().then(trust, toastError)}>
                Trust this kernel’s own log
              </button>
            )}
          </Show>
          <Show when={props.policy}>
            <button
              class="button small plain"
              onClick={() => {
                setText('');
                props.onPolicy(null);
              }}
            >
              Trust nobody
            </button>
          </Show>
        </p>
      </div>
    </details>
  );
}
