import { createMemo, For, Show } from 'solid-js';
import { VERIFY_CHECKS, VERIFY_MEANINGS, type VerifyCode } from '#common/verify/verify.ts';
import type { CheckResult, VerifyReport } from '#common/verify/types.ts';
import { moment } from '../../parts/duration.ts';
import { Hallmark } from '../../parts/Hallmark.tsx';
import { Checking, type Progress } from './Checking.tsx';
import { byteText } from './HexView.tsx';
import { foundIn, type Flip } from './verify.ts';

interface VerdictProps {
  readonly name: string;
  readonly report: VerifyReport | undefined;
  readonly checks: readonly CheckResult[];
  readonly flip: Flip | null;
  readonly progress: Progress | undefined;
  readonly onRestore: () => void;
  readonly onStop: () => void;
  readonly onFiles: (files: readonly File[]) => void;
}

/** The answer, large: the hallmark whole or broken, and in one sentence what holds. */
export function Verdict(props: VerdictProps) {
  const failed = createMemo(() => props.checks.filter(({ ok }) => ok === false));
  const passed = (): number => props.checks.filter(({ ok }) => ok === true).length;
  const unjudged = (): number => props.checks.filter(({ ok }) => ok === null).length;
  // A bundle whose root can't be read still has the hallmark that it had before it broke.
  let last: string | null = null;
  const root = createMemo(() => (last = props.report?.root ?? last));
  let picker!: HTMLInputElement;
  return (
    <header class="verdict" data-ok={props.report?.ok} aria-live="polite">
      <div class="verdict-mark">
        <Show when={root()} fallback={<span class="verdict-blank" />}>
          {(digest) => (
            <Hallmark root={digest()} size={112} broken={failed().length > 0} pressing={props.report?.ok === true} />
          )}
        </Show>
      </div>
      <div>
        <h1 class="verdict-title">
          <Show when={props.report} fallback="Checking …">
            {(report) => (report().ok ? 'It holds' : 'It does not hold')}
          </Show>
        </h1>
        <p class="verdict-line">
          <Show when={props.report} fallback={`${props.checks.length} of ${Object.keys(VERIFY_CHECKS).length} checks`}>
            {(report) =>
              report().ok ? (
                <>
                  <b>{report().title ?? props.name}</b>: {passed()} checks passed
                  {unjudged() > 0 ? `, ${unjudged()} not judged` : ''}. {report().receipts.toLocaleString('en')}{' '}
                  receipts.
                </>
              ) : (
                <>
                  {/* None while the next verification clears the table and this answer is still there. */}
                  <Show when={failed()[0]}>
                    {(first) => (
                      <>
                        {VERIFY_MEANINGS[first().code as VerifyCode]} <b>{foundIn(first())}</b>
                      </>
                    )}
                  </Show>
                </>
              )
            }
          </Show>
        </p>
        <Checking progress={props.progress} onStop={props.onStop} />
        <Show when={props.flip}>
          {(flip) => (
            <p class="verdict-flip">
              You changed byte {flip().offset.toLocaleString('en')} of <code>{flip().path}</code>:{' '}
              <code>{byteText(flip().before)}</code> became <code>{byteText(flip().after)}</code>.
            </p>
          )}
        </Show>
        <Show when={failed().length > 0 && props.report}>
          <p class="verdict-flip">
            {failed().length === 1 ? 'One check fails: ' : `${failed().length} checks fail: `}
            <For each={failed()}>
              {({ code }, i) => (
                <>
                  {i() > 0 ? ', ' : ''}
                  <a href={`#check-${code}`}>
                    <code>{code}</code>
                  </a>
                </>
              )}
            </For>
          </p>
        </Show>
        <Show when={props.report?.origin}>
          <p class="verdict-facts">
            Signed by <code>{props.report?.signer}</code>
            <Show when={props.report?.time}>{(time) => <>, who claims {moment(time())}</>}</Show>
            <Show when={root()}>
              {(digest) => (
                <>
                  {' '}
                  · root <span class="digest">{digest().slice(0, 16)}</span>
                </>
              )}
            </Show>
          </p>
        </Show>
        <p class="verdict-acts">
          <Show when={props.flip}>
            <button class="button" onClick={() => props.onRestore()}>
              Put the byte back
            </button>
          </Show>
          <button class="button plain" onClick={() => picker.click()}>
            Another bundle
          </button>
          <input
            ref={picker}
            type="file"
            accept=".zip"
            hidden
            aria-label="Bundle"
            onChange={({ currentTarget }) => props.onFiles([...(currentTarget.files ?? [])])}
          />
        </p>
      </div>
    </header>
  );
}
