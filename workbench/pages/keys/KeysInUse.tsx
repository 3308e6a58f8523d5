import { Match, Show, Switch } from 'solid-js';
import type { DescribedKeys } from '#common/keys/described.ts';
import { shortKey } from '#common/keys/words.ts';
import type { Digest } from '#common/data.ts';
import { toast, toastError } from '../../parts/toast.ts';
import { Behind } from './Behind.tsx';

interface KeysInUseProps {
  readonly keys: DescribedKeys;
  readonly places: ReadonlyMap<number, Digest>;
  readonly onRotate: () => void;
  readonly onTag: () => void;
}

/** The three kinds of key, side by side: what each is for, since when, and what can be done with it. */
export function KeysInUse(props: KeysInUseProps) {
  const current = () => props.keys.keys.at(-1)!;
  const copy = (): void =>
    void navigator.clipboard.writeText(props.keys.log).then(() => toast('Copied the log’s key.'), toastError);
  return (
    <section class="keys-now" aria-label="Keys in use">
      <div class="keys-kind">
        <h2 class="label">Signs seals</h2>
        <p class="keys-name mono">{shortKey(current().name)}</p>
        <p class="keys-about">
          <Show
            when={current().after !== null}
            fallback="The log’s own key, from the beginning. It can’t be revoked, for it is the log’s name: change it once, and seals have a key that can be."
          >
            <Behind index={current().after!} places={props.places} what="Since" />. Change it as often as you like;
            revoke it when its secret may be in other hands.
          </Show>
        </p>
        <Show when={!props.keys.held}>
          <p class="keys-warning" role="alert">
            Its secret is not on this machine: nothing can be sealed until it is put back, or revoked.
          </p>
        </Show>
        <p class="keys-acts">
          <button class="button" onClick={() => props.onRotate()} disabled={!props.keys.held}>
            Change the key …
          </button>
        </p>
      </div>
      <div class="keys-kind">
        <h2 class="label">Signs checkpoints</h2>
        <p class="keys-name mono">{shortKey(props.keys.log)}</p>
        <p class="keys-about">
          The log’s own key is its name: policies and witnesses know the log by it, so it stays.{' '}
          <Show when={props.keys.policy?.digest}>
            <Behind index={props.keys.policy!.after} places={props.places} what="Witnesses cosign since" />.{' '}
          </Show>
          <Show when={props.keys.authority?.digest}>
            <Behind
              index={props.keys.authority!.after}
              places={props.places}
              what="An authority stamps the time since"
            />
            .
          </Show>
        </p>
        <p class="keys-acts">
          <button class="button" onClick={copy}>
            Copy it for a policy
          </button>
        </p>
      </div>
      <div class="keys-kind">
        <h2 class="label">Tags receipts</h2>
        <Switch>
          <Match when={props.keys.tags === null}>
            <p class="keys-name quiet">no key yet</p>
            <p class="keys-about">
              A tag is an HMAC beside the log. With tags and a master key that you keep elsewhere, every receipt that
              somebody edits in the database is named.
            </p>
          </Match>
          <Match when={props.keys.tags}>
            {(tags) => (
              <>
                <p class="keys-name">{tags().epoch === null ? 'key gone' : `epoch ${tags().epoch}`}</p>
                <p class="keys-about">
                  <Behind index={tags().after} places={props.places} what="Since" />. The key is replaced every 256
                  receipts and can’t be computed backwards.
                </p>
                <Show when={!tags().working}>
                  <p class="keys-warning" role="alert">
                    New receipts are not tagged: the key is gone, or can’t be replaced on disk. Begin with a new master
                    key.
                  </p>
                </Show>
              </>
            )}
          </Match>
        </Switch>
        <p class="keys-acts">
          <button class="button" onClick={() => props.onTag()}>
            {props.keys.tags === null ? 'Begin tags …' : 'New master key …'}
          </button>
        </p>
      </div>
    </section>
  );
}
