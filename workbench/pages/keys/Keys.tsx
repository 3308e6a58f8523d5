import './keys.css';
import { createMemo, createSignal, Match, Show, Switch } from 'solid-js';
import type { DescribedKey } from '#common/keys/described.ts';
import { createLoaded } from '../../kernel.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { readReceipt } from '../../parts/receipt.ts';
import { pathTo } from '../../router.ts';
import { BeginTags } from './BeginTags.tsx';
import { ChangeKey } from './ChangeKey.tsx';
import { KeyChanges } from './KeyChanges.tsx';
import { KeyList } from './KeyList.tsx';
import { KeysInUse } from './KeysInUse.tsx';

/** All there are in most logs; older ones stay on the page of receipts. */
const LIMIT = 1000;

type Asked =
  | { readonly what: 'rotate' }
  | { readonly what: 'revoke'; readonly key: DescribedKey }
  | { readonly what: 'tag' };

/** Who signs for the organisation, by the word of its log, and the three things that can be done about it. */
export function Keys() {
  const [asked, setAsked] = createSignal<Asked>();
  const state = createLoaded(
    async (client) => {
      const [keys, receipts] = await Promise.all([client.keys(), client.receipts({ kind: 'key', limit: LIMIT })]);
      return { keys, changes: receipts.map(readReceipt) };
    },
    (event) => event.type === 'receipt' && event.kind === 'key',
  );
  const places = createMemo(() => new Map((state.value()?.changes ?? []).map(({ index, id }) => [index, id])));
  const close = (): void => void setAsked(undefined);
  return (
    <div class="page keys">
      <p class="quiet">
        <a href={pathTo.receipts()}>Receipts</a>
      </p>
      <h1 class="page-title">Keys</h1>
      <p class="page-lead">
        Who signs for this organisation, as its log tells it. What a key may sign follows from its place in the log,
        never from a date that somebody claims.
      </p>
      <Show when={state.error()}>{(error) => <Failure error={error()} onRetry={state.reload} />}</Show>
      <Show when={state.value()}>
        {(loaded) => (
          <>
            <KeysInUse
              keys={loaded().keys}
              places={places()}
              onRotate={() => setAsked({ what: 'rotate' })}
              onTag={() => setAsked({ what: 'tag' })}
            />
            <KeyList
              keys={loaded().keys.keys}
              places={places()}
              onRevoke={(key) => setAsked({ what: 'revoke', key })}
            />
            <KeyChanges changes={loaded().changes} />
          </>
        )}
      </Show>
      <Switch>
        <Match when={asked()?.what === 'tag' && state.value()}>
          {(loaded) => <BeginTags before={loaded().keys.tags} org={orgOf(loaded().keys.log)} onClose={close} />}
        </Match>
        <Match when={asked()?.what === 'rotate' && state.value()}>
          {(loaded) => <ChangeKey keys={loaded().keys.keys} revoke={null} onClose={close} />}
        </Match>
        <Match when={revoked(asked())}>
          {(key) => <ChangeKey keys={state.value()?.keys.keys ?? []} revoke={key()} onClose={close} />}
        </Match>
      </Switch>
    </div>
  );
}

const revoked = (asked: Asked | undefined): DescribedKey | undefined =>
  asked?.what === 'revoke' ? asked.key : undefined;

/** `local` of `local.assay.local/9ec8478d+…`. */
const orgOf = (log: string): string => log.slice(0, log.indexOf('.'));
