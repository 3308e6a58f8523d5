import { For, Show } from 'solid-js';
import { VERIFY_CHECKS, VERIFY_MEANINGS, type VerifyCode } from '#common/verify/verify.ts';
import type { CheckResult } from '#common/verify/types.ts';
import { CheckMark } from './CheckMark.tsx';
import { foundIn, type Flip } from './verify.ts';

const CODES = Object.keys(VERIFY_CHECKS) as VerifyCode[];

/** Every check by name, in the order of the protocol, filled in as results come; at the end those that were made for this kind of bundle. */
export function CheckTable(props: {
  readonly checks: readonly CheckResult[];
  readonly done: boolean;
  readonly flip: Flip | null;
}) {
  const result = (code: VerifyCode): CheckResult | undefined => props.checks.find((check) => check.code === code);
  const touched = (check: CheckResult): boolean =>
    props.flip !== null && check.ok === false && check.detail.includes(props.flip.path);
  return (
    <table class="checks">
      <thead class="visually-hidden">
        <tr>
          <th>Result</th>
          <th>Check</th>
          <th>Found</th>
        </tr>
      </thead>
      <tbody>
        <For each={CODES.filter((code) => !props.done || result(code) !== undefined)}>
          {(code) => (
            <tr id={`check-${code}`} data-ok={String(result(code)?.ok)}>
              <td>
                <CheckMark ok={result(code)?.ok} />
              </td>
              <th scope="row">
                {VERIFY_CHECKS[code]} <code>{code}</code>
                <Show when={result(code)?.ok === false}>
                  <span class="checks-meaning">{VERIFY_MEANINGS[code]}</span>
                </Show>
              </th>
              <td class="checks-detail">
                <Show when={result(code)}>
                  {(check) => (
                    <>
                      {foundIn(check())}
                      <Show when={touched(check())}>
                        <span class="tag checks-touched">the byte you flipped</span>
                      </Show>
                    </>
                  )}
                </Show>
              </td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}
