import { Show, Suspense } from 'solid-js';
import { ERRORS } from '#common/errors.ts';
import type { CellSource, CellState, CompiledCell } from '#common/notebook.ts';
import { Coded } from '../parts/Coded.tsx';
import { MissingUse } from './MissingUse.tsx';

type Wrong = NonNullable<CellState['error']> | NonNullable<CompiledCell['error']>;

/** What is wrong with a cell: the sentence, the line, what to do; and, where one click mends it, the click. */
export function CellError(props: {
  readonly error: Wrong;
  readonly cell: CellSource;
  readonly ref: (element: HTMLElement) => void;
}) {
  const line = (): number | null => (props.error.line === undefined ? null : props.error.line - props.cell.line + 1);
  /** Another cell is to be mended: that one alarms, this one waits. */
  const follows = (): boolean => props.error.code === 'CELL_INPUT_FAILED';
  return (
    <div class="cell-error" role={follows() ? 'note' : 'alert'} data-follows={follows()} ref={props.ref}>
      <p>
        <span class="cell-error-what">
          <Coded text={props.error.message} />
        </span>{' '}
        <Show when={line() !== null && (line() as number) > 0}>
          <span class="cell-error-line">line {line()}</span>{' '}
        </Show>
        <code class="cell-error-code">{props.error.code}</code>
      </p>
      <p class="cell-error-hint">
        <Coded text={props.error.hint ?? ERRORS[props.error.code]?.hint ?? ''} />
      </p>
      <Show when={props.error.code === 'NOT_USED' || props.error.code === 'CELL_NAME_UNKNOWN'}>
        <Suspense>
          <MissingUse cell={props.cell} method={methodIn(props.error)} name={nameAt(props.error, props.cell)} />
        </Suspense>
      </Show>
    </div>
  );
}

/** `where` of a refused call is the method, unless a line took its place. */
function methodIn({ code, where, message }: Wrong): string | undefined {
  if (code !== 'NOT_USED') return undefined;
  return /^[a-z][\w-]*\.\w+$/.test(where ?? '') ? where : /([a-z][\w-]*\.[A-Za-z]\w*) is not/.exec(message)?.[1];
}

function nameAt(error: Wrong, { code, line: first }: CellSource): string | undefined {
  if (error.code !== 'CELL_NAME_UNKNOWN' || error.line === undefined || error.column === undefined) return undefined;
  const rest = code.split('\n')[error.line - first]?.slice(error.column - 1) ?? '';
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(rest)?.[0];
}
