import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show, untrack } from 'solid-js';
import type { CellSource } from '#common/notebook.ts';
import type { Block } from '../session/state.ts';
import type { CallProblem } from './editor/call-check.ts';
import type { CellEditor } from './editor/cell-editor.ts';
import { useSheet } from './context.ts';
import { takeHeld } from './typed-ahead.ts';

interface LazyEditorProps {
  readonly block: Block;
  readonly cell: CellSource;
  readonly editing: boolean;
}

/** The code as plain text of the same size until the editor has been loaded: nothing waits for it, and nothing jumps. */
export function LazyEditor(props: LazyEditorProps) {
  const { state, dispatch, compiled, world, plugins } = useSheet();
  const [editor, setEditor] = createSignal<CellEditor>();
  const [problems, setProblems] = createSignal<readonly CallProblem[]>([]);
  let host!: HTMLDivElement;
  let gone = false;
  const key = (): string => props.block.key;

  const load = async (): Promise<void> => {
    const { createCellEditor } = await import('./editor/cell-editor.ts');
    if (gone || editor()) return;
    const made = createCellEditor(host, {
      code: props.cell.code,
      language: props.cell.language,
      label: `Code of ${props.cell.name ?? props.cell.id}`,
      complete: () => untrack(() => world(props.cell)),
      onChange: (text) => dispatch({ op: 'type', key: key(), text, at: Date.now() }),
      onFocus: () => dispatch({ op: 'select', key: key(), mode: 'edit' }),
      onLeave: (by) => dispatch(by === 0 ? { op: 'select', key: key(), mode: 'command' } : { op: 'step', by }),
      onHistory: (way) => dispatch({ op: way }),
      onProblems: setProblems,
    });
    setEditor(made);
  };

  onMount(() => {
    const near = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        near.disconnect();
        // After the notebook's first results: the page is read before it is written.
        requestIdleCallback(() => void load(), { timeout: 1500 });
      },
      { rootMargin: '800px' },
    );
    near.observe(host);
    onCleanup(() => near.disconnect());
  });
  onCleanup(() => {
    gone = true;
    editor()?.close();
  });
  createEffect(on([editor, () => props.cell.code], ([made, code]) => made?.setCode(code)));
  createEffect(on([editor, () => props.cell.language], ([made, language]) => made?.setLanguage(language)));
  const wrong = createMemo(() => {
    const id = props.cell.id;
    return compiled().get(id)?.error ?? state().cells[id]?.error;
  });
  createEffect(
    on([editor, wrong, () => props.cell.line], ([made, error, first]) =>
      made?.setError(
        error?.line === undefined ? null : { ...error, line: error.line - first + 1, column: error.column ?? 1 },
      ),
    ),
  );
  // Not while cells run: each result would have every editor look again.
  createEffect(on([editor, plugins, () => state().running], ([made, , running]) => !running && made?.check()));
  createEffect(() => {
    if (!props.editing) return editor()?.blur();
    const made = editor();
    if (!made) return void load();
    made.focus();
    if (takeHeld(key()) !== null) made.toEnd();
  });
  return (
    <div class="editor">
      <div ref={host} />
      <Show when={!editor()}>
        <pre class="editor-plain" onClick={() => dispatch({ op: 'select', key: key(), mode: 'edit' })}>
          {props.cell.code}
          {'\n'}
        </pre>
      </Show>
      <For each={problems()}>
        {({ line, message }) => (
          <p class="cell-warning">
            {message} <span class="cell-error-line">line {line}</span>
          </p>
        )}
      </For>
    </div>
  );
}
