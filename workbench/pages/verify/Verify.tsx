import './verify.css';
import { createEffect, createSignal, on, Show } from 'solid-js';
import { createStore } from 'solid-js/store';
import type { CheckResult, Policy, VerifyReport } from '#common/verify-types.ts';
import { useKernel } from '../../kernel.tsx';
import { DropZone } from '../../parts/DropZone.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { CheckTable } from './CheckTable.tsx';
import { FlipByte } from './FlipByte.tsx';
import { LineageGraph } from './LineageGraph.tsx';
import { PolicyChoice } from './PolicyChoice.tsx';
import { Verdict } from './Verdict.tsx';
import { VerifyEmpty } from './VerifyEmpty.tsx';
import { type Flip, flipByte, verify } from './verify.ts';

interface Loaded {
  readonly name: string;
  readonly original: Uint8Array;
  /** With one byte changed, or the original. */
  readonly zip: Uint8Array;
  readonly flip: Flip | null;
}

/** A bundle, checked here in the browser with the same code as on the command line. Only a seal of this kernel is ever fetched. */
export function Verify(props: { readonly seal: string | null }) {
  const { client } = useKernel();
  const [bundle, setBundle] = createSignal<Loaded>();
  const [policy, setPolicy] = createSignal<Policy | null>(null);
  const [checks, setChecks] = createStore<CheckResult[]>([]);
  const [report, setReport] = createSignal<VerifyReport>();
  const [error, setError] = createSignal<Error>();
  let run = 0;

  const open = (name: string, bytes: Uint8Array): void =>
    void setBundle({ name, original: bytes, zip: bytes, flip: null });
  const check = async ({ zip }: Loaded): Promise<void> => {
    const mine = ++run;
    setChecks([]);
    setReport(undefined);
    setError(undefined);
    const found = await verify(zip, policy(), (one) => mine === run && setChecks(checks.length, one)).catch(
      (cause: Error) => void (mine === run && setError(cause)),
    );
    if (mine === run && found) setReport(found);
  };
  createEffect(on([bundle, policy], ([loaded]) => loaded && void check(loaded)));
  createEffect(
    on(
      () => props.seal,
      (seal) => {
        if (seal === null) return setBundle(undefined);
        client.bundle(seal).then((bytes) => open(`${seal.slice(0, 12)}.zip`, bytes), setError);
      },
    ),
  );
  const flip = (path: string, offset: number): void => {
    const loaded = bundle();
    if (loaded) setBundle({ ...loaded, ...flipByte(loaded.original, path, offset) });
  };
  const restore = (): void => {
    const loaded = bundle();
    if (loaded) setBundle({ ...loaded, zip: loaded.original, flip: null });
  };
  const dropped = ([file]: readonly File[]): void => {
    if (file) void file.arrayBuffer().then((buffer) => open(file.name, new Uint8Array(buffer)));
  };
  return (
    <DropZone label="Drop a bundle to verify it" accept={/\.zip$/i} onFiles={dropped}>
      <div class="page verify">
        <Show when={error()}>{(cause) => <Failure error={cause()} />}</Show>
        <Show when={bundle()} fallback={<VerifyEmpty onFiles={dropped} />}>
          {(loaded) => (
            <>
              <Verdict
                name={loaded().name}
                report={report()}
                checks={checks}
                flip={loaded().flip}
                onRestore={restore}
                onFiles={dropped}
              />
              <CheckTable checks={checks} done={report() !== undefined} flip={loaded().flip} />
              <PolicyChoice policy={policy()} vkeyOf={loaded().original} onPolicy={setPolicy} />
              <Show when={report()}>
                {(done) => (
                  <>
                    <FlipByte
                      zip={loaded().original}
                      files={done().files}
                      flip={loaded().flip}
                      onFlip={flip}
                      onRestore={restore}
                    />
                    <LineageGraph zip={loaded().zip} />
                  </>
                )}
              </Show>
            </>
          )}
        </Show>
      </div>
    </DropZone>
  );
}
