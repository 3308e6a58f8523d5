import { createSignal, Show } from 'solid-js';
import type { DescribedKey } from '#common/keys/described.ts';
import { shortKey } from '#common/keys/words.ts';
import { Dialog } from '../../parts/Dialog.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { createChange, MAX_REASON } from './change.ts';

interface ChangeKeyProps {
  readonly keys: readonly DescribedKey[];
  /** null: the one that signs now is replaced, which says nothing against it. */
  readonly revoke: DescribedKey | null;
  readonly onClose: () => void;
}

/** What follows is said before it is done, since it can't be taken back; a revocation needs a reason for those who read it later. */
export function ChangeKey(props: ChangeKeyProps) {
  const [reason, setReason] = createSignal('');
  const change = createChange(props.onClose);
  const signs = (): boolean => props.revoke?.until === null;
  const name = (): string => shortKey((props.revoke ?? props.keys.at(-1))?.name);
  const act = (event: SubmitEvent): void => {
    event.preventDefault();
    const why = reason().trim();
    const given = why === '' ? {} : { reason: why };
    void change.make(
      props.revoke === null ? { event: 'rotate', ...given } : { event: 'revoke', key: props.revoke.name, ...given },
    );
  };
  return (
    <Dialog title={props.revoke === null ? 'Change the key of seals' : `Revoke ${name()}`} onClose={props.onClose}>
      <form class="keys-form" onSubmit={act}>
        <Show
          when={props.revoke !== null}
          fallback={
            <ul class="keys-follows">
              <li>A new key signs seals from the next receipt on.</li>
              <li>
                What <b class="mono">{name()}</b> signed stays good.{' '}
                {props.keys.length === 1
                  ? 'It is the log’s own key, and goes on to sign checkpoints.'
                  : 'Its secret is deleted from this machine.'}
              </li>
              <li>The change is a receipt, and can’t be taken back.</li>
            </ul>
          }
        >
          <ul class="keys-follows">
            <li>
              What it signed up to now stays good: that follows from its place in the log. Whatever it signs from here
              on is refused by everybody who verifies.
            </li>
            <li>
              {signs()
                ? 'It signs now, so a new key takes its place at once.'
                : 'It signs no more; the key that does is not touched.'}
            </li>
            <li>The revocation is a receipt, and can’t be taken back.</li>
          </ul>
        </Show>
        <label>
          <span class="label">{props.revoke === null ? 'Reason, if you want to give one' : 'Reason'}</span>
          <input
            class="field"
            autofocus
            maxLength={MAX_REASON}
            required={props.revoke !== null}
            pattern={props.revoke === null ? undefined : '.*\\S.*'}
            placeholder={props.revoke === null ? 'a new year' : 'laptop lost on 3 November'}
            value={reason()}
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
        </label>
        <Show when={change.error()}>{(error) => <Failure error={error()} />}</Show>
        <p class="keys-acts">
          <button
            class="button"
            classList={{ primary: props.revoke === null, danger: props.revoke !== null }}
            disabled={change.busy()}
          >
            {props.revoke === null ? 'Change the key' : 'Revoke it for good'}
          </button>
          <button type="button" class="button plain" onClick={() => props.onClose()}>
            Cancel
          </button>
        </p>
      </form>
    </Dialog>
  );
}
