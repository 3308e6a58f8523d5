import './failure.css';
import { Show } from 'solid-js';
import { Coded } from './Coded.tsx';
import { ERRORS, type ErrorJson } from '#common/errors.ts';

/** An error as a person reads it: what happened, where, what to do; its code small beside it. */
export function Failure(props: { readonly error: ErrorJson | Error; readonly onRetry?: (() => void) | undefined }) {
  const code = (): string => ('code' in props.error ? String(props.error.code) : 'INTERNAL');
  const where = (): string | undefined =>
    'where' in props.error ? (props.error.where as string | undefined) : undefined;
  const hint = (): string => ERRORS[code() as keyof typeof ERRORS]?.hint ?? '';
  return (
    <div class="failure" role="alert">
      <p class="failure-what">
        {props.error.message} <code class="failure-code">{code()}</code>
      </p>
      <Show when={where()}>{(place) => <p class="failure-where mono">{place()}</p>}</Show>
      <p class="failure-hint">
        <Coded text={hint()} />
      </p>
      <Show when={props.onRetry}>
        {(retry) => (
          <button class="button small" onClick={() => retry()()}>
            Try again
          </button>
        )}
      </Show>
    </div>
  );
}
