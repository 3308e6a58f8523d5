import { For, Show } from 'solid-js';
import { createLoaded } from '../../kernel.tsx';
import { Ago } from '../../parts/Ago.tsx';
import { Hallmark } from '../../parts/Hallmark.tsx';
import { pathTo } from '../../router.ts';

const RECENT = 4;

/** Before there is a bundle: where to put one, what will happen, and the seals of this kernel to try it with. */
export function VerifyEmpty(props: { readonly onFiles: (files: readonly File[]) => void }) {
  const seals = createLoaded((client) => client.seals());
  let picker!: HTMLInputElement;
  return (
    <>
      <h1 class="page-title">Does it hold?</h1>
      <p class="page-lead">
        A bundle carries a whole run: notebook, data, every receipt, and the log’s signatures. It is checked here, in
        this browser; nothing is sent anywhere.
      </p>
      <button class="verify-drop" onClick={() => picker.click()}>
        <span>Drop a bundle</span>
        <span class="quiet">or choose a .zip file</span>
      </button>
      <input
        ref={picker}
        type="file"
        accept=".zip"
        hidden
        aria-label="Bundle"
        onChange={({ currentTarget }) => props.onFiles([...(currentTarget.files ?? [])])}
      />
      <p class="verify-terminal quiet">
        On a terminal, offline: <code>npx assay verify run.zip</code>, then <code>npx assay reproduce run.zip</code>
      </p>
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
    </>
  );
}
