import { createEffect, createSignal, on } from 'solid-js';
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
        client
          .bundle(seal)
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
