import { createEffect, createSignal, on, Show } from 'solid-js';
import { AssayError } from '#common/errors.ts';
import { toastError } from '../../parts/toast.ts';
import { type GivenPolicy, inWords, policyFrom, policyOf } from './given-policy.ts';

interface PolicyChoiceProps {
  readonly given: GivenPolicy | null;
  /** The key that the bundle says it was signed with, once that was checked. */
  readonly carried: string | undefined;
  /** Of the kernel that serves this page, while there is one. */
  readonly ownKey: (() => Promise<string>) | undefined;
  readonly onPolicy: (policy: GivenPolicy | null) => void;
}

/** Trust comes from whoever verifies, never from the bundle: here they say whom they know, by key or by a whole policy. */
export function PolicyChoice(props: PolicyChoiceProps) {
  const [text, setText] = createSignal('');
  const [fault, setFault] = createSignal<string>();
  let picker!: HTMLInputElement;
  const judge = (policy: () => GivenPolicy): void => {
    try {
      props.onPolicy(policy());
      setFault(undefined);
    } catch (error) {
      setFault(said(error));
    }
  };
  const chosen = ([file]: readonly File[]): void => {
    if (file) policyFrom(file).then((policy) => judge(() => policy), (error: unknown) => setFault(`${file.name}: ${said(error)}`)); // prettier-ignore
  };
  createEffect(
    on(
      () => props.given,
      (given) => {
        setText(given?.text.trim() ?? '');
        setFault(undefined);
      },
      { defer: true },
    ),
  );
  return (
    <details class="policy">
      <summary>
        Whom do you trust?{' '}
        <span class="quiet">
          {props.given ? inWords(props.given) : 'nobody yet, so the signer is not judged'}
          <Show when={props.given?.name}>{(name) => <> · {name()}</>}</Show>
        </span>
      </summary>
      <div class="policy-body">
        <Show when={props.carried}>
          {(key) => (
            <p class="quiet">
              The bundle was signed by <code class="policy-key">{key()}</code>. Anyone can make such a key: compare it
              with the one that you had from them by another way.
            </p>
          )}
        </Show>
        <label class="label" for="policy-text">
          Keys of logs, one a line; or a policy: C2SP tlog-policy, or Assay’s JSON
        </label>
        <textarea
          id="policy-text"
          class="field mono policy-text"
          rows="3"
          spellcheck={false}
          placeholder={'log log.example/org+1a2b3c4d+AQ…\nwitness w1 witness.example+5e6f7a8b+BA…\nquorum w1'}
          aria-invalid={fault() !== undefined}
          aria-describedby="policy-fault"
          value={text()}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            setFault(undefined);
          }}
        />
        <p id="policy-fault" class="policy-fault" role="alert">
          {fault()}
        </p>
        <p class="policy-acts">
          <button class="button small" disabled={text().trim() === ''} onClick={() => judge(() => policyOf(text()))}>
            Judge by this
          </button>
          <button class="button small plain" onClick={() => picker.click()}>
            From a file …
          </button>
          <input
            ref={picker}
            type="file"
            hidden
            aria-label="Policy"
            onChange={({ currentTarget }) => {
              chosen([...(currentTarget.files ?? [])]);
              currentTarget.value = '';
            }}
          />
          <Show when={props.ownKey}>
            {(ownKey) => (
              <button
                class="button small plain"
                onClick={() => void ownKey()().then((key) => judge(() => policyOf(key)), toastError)}
              >
                Trust this kernel’s own log
              </button>
            )}
          </Show>
          <Show when={props.given}>
            <button class="button small plain" onClick={() => props.onPolicy(null)}>
              Trust nobody
            </button>
          </Show>
        </p>
      </div>
    </details>
  );
}

/** What is wrong, and in which line or field. */
function said(error: unknown): string {
  const where = error instanceof AssayError && error.where !== undefined ? `${error.where}: ` : '';
  return `${where}${(error as Error).message}`;
}
