/** A change of keys while it is made: what a dialog shows of it. */
import { createSignal, type Accessor } from 'solid-js';
import { AssayError } from '#common/errors.ts';
import { useKernel } from '../../kernel.tsx';
import type { KeyChange } from '../../kernel-types.ts';
import { toast } from '../../parts/toast.ts';
import { go, pathTo } from '../../router.ts';

/** As the kernel takes it. */
export const MAX_REASON = 300;

export interface Change {
  readonly busy: Accessor<boolean>;
  readonly error: Accessor<AssayError | undefined>;
  readonly make: (change: KeyChange) => Promise<void>;
}

/** @param done called once the receipt is durable; the list is read again by its event */
export function createChange(done: () => void): Change {
  const { client } = useKernel();
  const [busy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<AssayError>();
  return {
    busy,
    error,
    async make(change) {
      setBusy(true);
      setError(undefined);
      try {
        const { id, index } = await client.changeKeys(change);
        toast(`${SAID[change.event]} Receipt ${index} says so.`, {
          action: { label: 'Show it', run: () => go(pathTo.receipts(id)) },
        });
        done();
      } catch (cause) {
        setError(AssayError.from(cause));
      } finally {
        setBusy(false);
      }
    },
  };
}

const SAID: Readonly<Record<KeyChange['event'], string>> = {
  rotate: 'Another key signs seals.',
  revoke: 'The key is revoked.',
  tag: 'Receipts are tagged.',
};
