import { For, Show } from 'solid-js';
import { createLoaded } from '../../kernel.tsx';
import { Ago } from '../../parts/Ago.tsx';
import { Hallmark } from '../../parts/Hallmark.tsx';
import { pathTo } from '../../router.ts';

const RECENT = 4;

/** The seals of this kernel, to try the page with. */
export function SealedHere() {
  const seals = createLoaded((client) => client.seals());
  return (
    <Show when={(seals.value() ?? []).length > 0}>
      <h2 class="verify-heading">Sealed here</h2>
      <ul class="verify-seals">
        <For each={seals.value()?.slice(0, RECENT)}>
          {(seal) => (
            <li>
              <a href={pathTo.verify(seal.id)}>
                <Hallmark root={seal.root} size={40} />
                <span>
                  <b>{seal.notebook}</b>
                  <span class="quiet">
                    <Ago time={seal.at} />
                  </span>
                </span>
              </a>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}
