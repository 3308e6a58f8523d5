import { createSignal, onCleanup, Show } from 'solid-js';
import { randomBytes } from '#crypto';
import { toHex } from '#common/bytes.ts';
import type { DescribedKeys } from '#common/keys/described.ts';
import { formatMaster, MASTER_BYTES } from '#common/keys/master.ts';
import { Dialog } from '../../parts/Dialog.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { createChange, MAX_REASON } from './change.ts';

interface BeginTagsProps {
  readonly before: DescribedKeys['tags'];
  readonly org: string;
  readonly onClose: () => void;
}

/** The master key is made here, saved by whoever keeps it, and only then given to the kernel, which derives the first key and forgets it. */
export function BeginTags(props: BeginTagsProps) {
  const [saved, setSaved] = createSignal(false);
  const [reason, setReason] = createSignal('');
  const change = createChange(props.onClose);
  const master = randomBytes(MASTER_BYTES);
  const file = URL.createObjectURL(new Blob([formatMaster(master)], { type: 'text/plain' }));
  onCleanup(() => {
    URL.revokeObjectURL(file);
    master.fill(0);
  });
  const act = (event: SubmitEvent): void => {
    event.preventDefault();
    const why = reason().trim();
    void change.make({ event: 'tag', master: toHex(master), ...(why === '' ? {} : { reason: why }) });
  };
  return (
    <Dialog title={props.before === null ? 'Begin tags' : 'Tags under a new master key'} onClose={props.onClose}>
      <form class="keys-form" onSubmit={act}>
        <ul class="keys-follows">
          <li>
            Save the master key first, where this data directory isn’t. Nobody can make it again: without it, tags tell
            nothing.
          </li>
          <li>
            With it, <code>npx assay log check --master FILE</code> names every receipt that was edited in the database.
          </li>
          <Show when={props.before}>
            {(tags) => <li>Tags behind receipt {tags().after} stay; to check them, keep the master key you have.</li>}
          </Show>
        </ul>
        <p>
          <a
            class="button"
            autofocus
            href={file}
            download={`assay-master-${props.org}.key`}
            onClick={() => setSaved(true)}
          >
            <Icon name="download" /> Save the master key
          </a>
        </p>
        <label>
          <span class="label">Reason, if you want to give one</span>
          <input
            class="field"
            maxLength={MAX_REASON}
            value={reason()}
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
        </label>
        <Show when={change.error()}>{(error) => <Failure error={error()} />}</Show>
        <p class="keys-acts">
          <button class="button primary" disabled={change.busy() || !saved()}>
            Begin to tag
          </button>
          <button type="button" class="button plain" onClick={() => props.onClose()}>
            Cancel
          </button>
          <Show when={!saved()}>
            <span class="quiet">Save the master key first.</span>
          </Show>
        </p>
      </form>
    </Dialog>
  );
}
