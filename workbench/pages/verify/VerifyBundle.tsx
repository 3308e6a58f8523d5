import './verify.css';
import { createEffect, createSignal, type JSX, on, Show } from 'solid-js';
import { createStore } from 'solid-js/store';
import type { CheckResult, Policy, VerifyReport } from '#common/verify-types.ts';
import { DropZone } from '../../parts/DropZone.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { CheckTable } from './CheckTable.tsx';
import { FlipByte } from './FlipByte.tsx';
import { LineageGraph } from './LineageGraph.tsx';
import { PolicyChoice } from './PolicyChoice.tsx';
import { Verdict } from './Verdict.tsx';
import { VerifyEmpty } from './VerifyEmpty.tsx';
import { type Flip, flipByte, verify } from './verify.ts';

export interface GivenBundle {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Loaded {
  readonly name: string;
  readonly original: Uint8Array;
  /** With one byte changed, or the original. */
  readonly zip: Uint8Array;
  readonly flip: Flip | null;
}

interface VerifyBundleProps {
  /** One that is known already; another can be dropped at any time. */
  readonly given?: GivenBundle | undefined;
  /** Why the one that was asked for isn't here. */
  readonly error?: Error | undefined;
  /** The log key of a kernel that could be trusted by a click, where there is one. */
  readonly ownKey?: (() => Promise<string>) | undefined;
  /** Below the place to drop a bundle, until there is one. */
  readonly children?: JSX.Element;
}

/** A bundle, checked here in the browser with the same code as on the command line. Asks nobody: the saved page is this alone. */
export function VerifyBundle(props: VerifyBundleProps) {
  const [bundle, setBundle] = createSignal<Loaded>();
  const [policy, setPolicy] = createSignal<Policy | null>(null);
  const [checks, setChecks] = createStore<CheckResult[]>([]);
  const [report, setReport] = createSignal<VerifyReport>();
  const [error, setError] = createSignal<Error>();
  let run = 0;

  const open = ({ name, bytes }: GivenBundle): void =>
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
      () => props.given,
      (given) => (given === undefined ? setBundle(undefined) : open(given)),
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
    if (file) file.arrayBuffer().then((buffer) => open({ name: file.name, bytes: new Uint8Array(buffer) }), setError);
  };
  return (
    <DropZone label="Drop a bundle to verify it" accept={/\.zip$/i} onFiles={dropped}>
      <div class="page verify">
        <Show when={error() ?? props.error}>{(cause) => <Failure error={cause()} />}</Show>
        <Show when={bundle()} fallback={<VerifyEmpty onFiles={dropped}>{props.children}</VerifyEmpty>}>
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
              <PolicyChoice policy={policy()} vkeyOf={loaded().original} ownKey={props.ownKey} onPolicy={setPolicy} />
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
                    <Show when={done().kind === 'run'}>
                      <LineageGraph zip={loaded().zip} />
                    </Show>
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
