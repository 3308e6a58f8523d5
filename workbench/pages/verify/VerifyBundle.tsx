import './verify.css';
import { createEffect, createSignal, type JSX, on, onCleanup, Show } from 'solid-js';
import { createStore } from 'solid-js/store';
import type { CheckResult, VerifyReport } from '#common/verify/types.ts';
import { DropZone } from '../../parts/DropZone.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { CheckTable } from './CheckTable.tsx';
import { FlipByte } from './FlipByte.tsx';
import { LineageGraph } from './LineageGraph.tsx';
import { toast, toastError } from '../../parts/toast.ts';
import { type GivenPolicy, policyFrom } from './given-policy.ts';
import { PolicyChoice } from './PolicyChoice.tsx';
import type { Progress } from './Checking.tsx';
import { Verdict } from './Verdict.tsx';
import { VerifyEmpty } from './VerifyEmpty.tsx';
import { type Flip, flipByte, verify } from './verify.ts';

export interface GivenBundle {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Loaded {
  readonly name: string;
  /** With one byte changed, or the original; too large for memory, the file itself. */
  readonly zip: Uint8Array | Blob;
  readonly original: Uint8Array | Blob;
  readonly flip: Flip | null;
}

/** Bytes from which on a bundle is read piece by piece, and neither drawn nor played with. */
const LARGE = 64 * 2 ** 20;
/** Of a policy: what is longer is some other file. */
const LARGEST_POLICY = 2 ** 20;

const BUNDLE = /\.zip$/i;
const small = (zip: Uint8Array | Blob): Uint8Array | undefined => (zip instanceof Uint8Array ? zip : undefined);

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
  const [given, setGiven] = createSignal<GivenPolicy | null>(null);
  const [progress, setProgress] = createSignal<Progress>();
  const [checks, setChecks] = createStore<CheckResult[]>([]);
  const [report, setReport] = createSignal<VerifyReport>();
  const [error, setError] = createSignal<Error>();
  let running = new AbortController();

  const open = (name: string, zip: Uint8Array | Blob): void => void setBundle({ name, original: zip, zip, flip: null });
  const check = async ({ zip }: Loaded): Promise<void> => {
    running.abort();
    const mine = (running = new AbortController());
    const { signal } = mine;
    setChecks([]);
    setReport(undefined);
    setError(undefined);
    setProgress(undefined);
    const start = performance.now();
    const found = await verify(zip, given()?.policy ?? null, {
      signal,
      onCheck: (one) => !signal.aborted && setChecks(checks.length, one),
      onRead: (done, total) => !signal.aborted && setProgress({ done, total, ms: performance.now() - start }),
    }).catch((cause: Error) => void (signal.aborted || setError(cause)));
    if (signal.aborted) return;
    setProgress(undefined);
    if (found) setReport(found);
  };
  const stop = (): void => {
    running.abort();
    setProgress(undefined);
    setBundle(undefined);
  };
  onCleanup(() => running.abort());
  createEffect(on([bundle, given], ([loaded]) => loaded && void check(loaded)));
  createEffect(
    on(
      () => props.given,
      (one) => (one === undefined ? setBundle(undefined) : open(one.name, one.bytes)),
    ),
  );
  const flip = (path: string, offset: number): void => {
    const loaded = bundle();
    if (loaded?.original instanceof Uint8Array) setBundle({ ...loaded, ...flipByte(loaded.original, path, offset) });
  };
  const restore = (): void => {
    const loaded = bundle();
    if (loaded) setBundle({ ...loaded, zip: loaded.original, flip: null });
  };
  const dropped = (files: readonly File[]): void => {
    const zip = files.find(({ name }) => BUNDLE.test(name));
    const policy = files.find((file) => file !== zip && file.size <= LARGEST_POLICY);
    if (policy) policyFrom(policy).then(setGiven, toastError);
    else if (!zip) toast(`“${files[0]?.name}” is neither a bundle nor a policy.`);
    if (zip && zip.size > LARGE) open(zip.name, zip);
    else if (zip) zip.arrayBuffer().then((buffer) => open(zip.name, new Uint8Array(buffer)), setError);
  };
  const choice = (): JSX.Element => (
    <PolicyChoice given={given()} carried={report()?.seen?.vkey} ownKey={props.ownKey} onPolicy={setGiven} />
  );
  return (
    <DropZone label="Drop a bundle to verify it, or the policy to judge it by" accept={/./} onFiles={dropped}>
      <div class="page verify">
        <Show when={error() ?? props.error}>{(cause) => <Failure error={cause()} />}</Show>
        <Show
          when={bundle()}
          fallback={
            <VerifyEmpty onFiles={dropped}>
              {choice()}
              {props.children}
            </VerifyEmpty>
          }
        >
          {(loaded) => (
            <>
              <Verdict
                name={loaded().name}
                report={report()}
                checks={checks}
                flip={loaded().flip}
                progress={progress()}
                onRestore={restore}
                onStop={stop}
                onFiles={dropped}
              />
              <CheckTable checks={checks} done={report() !== undefined} flip={loaded().flip} />
              {choice()}
              <Show when={report() && small(loaded().zip) === undefined}>
                <p class="verify-large quiet">
                  So large a bundle is read from its file, piece by piece: its lineage is not drawn, and no byte of it
                  can be changed here.
                </p>
              </Show>
              <Show when={report() && small(loaded().zip)}>
                {(zip) => (
                  <>
                    <FlipByte
                      zip={small(loaded().original) ?? zip()}
                      files={report()?.files ?? []}
                      flip={loaded().flip}
                      onFlip={flip}
                      onRestore={restore}
                    />
                    <Show when={report()?.kind === 'run'}>
                      <LineageGraph zip={zip()} />
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
