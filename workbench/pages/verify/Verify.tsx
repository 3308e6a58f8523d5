import { createEffect, createSignal, on } from 'solid-js';
import { AssayError } from '#common/errors.ts';
import { useKernel } from '../../kernel.tsx';
import { SealedHere } from './SealedHere.tsx';
import { type GivenBundle, VerifyBundle } from './VerifyBundle.tsx';

/** The workbench's page: only a seal of this kernel is ever fetched. */
export function Verify(props: { readonly seal: string | null }) {
  const { client, connection } = useKernel();
  const [given, setGiven] = createSignal<GivenBundle>();
  const [error, setError] = createSignal<Error>();
  createEffect(
    on(
      () => props.seal,
      (seal) => {
        setGiven(undefined);
        setError(undefined);
        if (seal === null) return;
        // A sealed run, or else an audit pack.
        const isMissing = (cause: unknown): boolean => cause instanceof AssayError && cause.code === 'NOT_FOUND';
        client
          .bundle(seal)
          .catch((cause: unknown) => (isMissing(cause) ? client.pack(seal) : Promise.reject(cause)))
          .then((bytes) => props.seal === seal && setGiven({ name: `${seal.slice(0, 12)}.zip`, bytes }), setError);
      },
    ),
  );
  return (
    <VerifyBundle
      given={given()}
      error={error()}
      ownKey={connection() === 'online' ? () => client.logKey() : undefined}
    >
      <SealedHere />
    </VerifyBundle>
  );
}
