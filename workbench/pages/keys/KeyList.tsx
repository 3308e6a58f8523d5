import { Match, Show, Switch } from 'solid-js';
import type { Digest } from '#common/data.ts';
import type { DescribedKey } from '#common/keys/described.ts';
import { shortKey } from '#common/keys/words.ts';
import { ForKey } from '../../parts/ForKey.tsx';
import { Behind } from './Behind.tsx';

interface KeyListProps {
  readonly keys: readonly DescribedKey[];
  readonly places: ReadonlyMap<number, Digest>;
  readonly onRevoke: (key: DescribedKey) => void;
}

type State = 'signs' | 'signed' | 'revoked';
const stateOf = ({ until, revoked }: DescribedKey): State =>
  revoked !== null ? 'revoked' : until === null ? 'signs' : 'signed';

/** Every key that signs or signed seals, newest first. */
export function KeyList(props: KeyListProps) {
  return (
    <section>
      <h2 class="keys-heading">Every key that signed seals</h2>
      <ul class="keys-list">
        <ForKey each={props.keys.toReversed()} by={({ name }) => name}>
          {(key) => (
            <li class="keys-row" data-state={stateOf(key())}>
              <span class="keys-state">{stateOf(key())}</span>
              <span class="keys-who">
                <b class="mono">{shortKey(key().name)}</b>
                <span class="keys-span">
                  <Show when={key().after !== null} fallback="the log’s own, from the beginning">
                    <Behind index={key().after!} places={props.places} what="behind" />
                  </Show>
                  <Show when={key().until !== null}>
                    , <Behind index={key().until!} places={props.places} what="until" />
                  </Show>
                </span>
                <Show when={key().revoked}>
                  {(revoked) => (
                    <span class="keys-reason">
                      <Behind index={revoked().at} places={props.places} what="Revoked by" />
                      {revoked().reason === null ? ', no reason given' : `: ${revoked().reason}`}
                    </span>
                  )}
                </Show>
              </span>
              <Switch>
                <Match when={key().after !== null && key().revoked === null}>
                  <button
                    class="button small"
                    aria-label={`Revoke ${shortKey(key().name)} …`}
                    onClick={() => props.onRevoke(key())}
                  >
                    Revoke …
                  </button>
                </Match>
              </Switch>
            </li>
          )}
        </ForKey>
      </ul>
    </section>
  );
}
