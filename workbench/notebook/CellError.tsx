import { Show } from 'solid-js';
import { ERRORS } from '#common/errors.ts';
import type { CellSource, CellState, CompiledCell } from '#common/notebook.ts';
import { useSheet } from './context.ts';

type Wrong = NonNullable<CellState['error']> | NonNullable<CompiledCell['error']>;

/** What is wrong with a cell: the sentence, the line, what to do; and, where one click mends it, the click. */
export function CellError(props: { readonly error: Wrong; readonly cell: CellSource }) {
  const { state, dispatch } = useSheet();
  const line = (): number | null => (props.error.line === undefined ? null : props.error.line - props.cell.line + 1);
  const missing = (): string | null => (props.error.code === 'NOT_USED' ? (props.error.where ?? null) : null);
  const add = (name: string): void => {
    const key = name.includes('.') || state().checked?.uses.includes(name) ? 'uses' : 'datasets';
    const { uses, datasets } = state().document;
    dispatch({ op: 'front', to: key === 'uses' ? { uses: [...uses, name] } : { datasets: [...datasets, name] } });
    dispatch({ op: 'run', keys: 'changed' });
  };
  return (
    <div class="cell-error" role="alert">
      <p>
        <span class="cell-error-what">{props.error.message}</span>{' '}
        <Show when={line() !== null && (line() as number) > 0}>
          <span class="cell-error-line">line {line()}</span>{' '}
        </Show>
        <code class="cell-error-code">{props.error.code}</code>
      </p>
      <p class="cell-error-hint">{props.error.hint ?? ERRORS[props.error.code]?.hint}</p>
      <Show when={missing()}>
        {(name) => (
          <button class="button small" onClick={() => add(name())}>
            Let this notebook use {name()}
          </button>
        )}
      </Show>
    </div>
  );
}
