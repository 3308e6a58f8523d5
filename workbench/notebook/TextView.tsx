import { createEffect, createMemo, createSignal, on, onCleanup, Show } from 'solid-js';
import { textCellId } from '#common/cells/names.ts';
import { Prose } from '../parts/Prose.tsx';
import type { Block } from '../session/state.ts';
import { BlockTools } from './BlockTools.tsx';
import { useSheet } from './context.ts';
import type { CellEditor } from './editor/cell-editor.ts';

/** Prose; its Markdown once it is clicked. */
export function TextView(props: { readonly block: Block }) {
  const sheet = useSheet();
  const { state, dispatch } = sheet;
  // Prose with `${expressions}` is drawn by the frame, where its values are; all other prose by the page.
  const cell = createMemo(() => {
    const id = textCellId(props.block.part);
    return (
      (state().checked ?? state().defined)?.cells.find((compiled) => compiled.id === id && compiled.kind === 'text') ??
      null
    );
  });
  const drawn = createMemo(
    () =>
      cell() !== null &&
      sheet.height(textCellId(props.block.part)) > 0 &&
      state().cells[textCellId(props.block.part)] !== undefined,
  );
  let slot!: HTMLDivElement;
  createEffect(
    on([() => cell()?.id, sheet.layout], ([id, layout]) => {
      if (id !== undefined && layout) onCleanup(layout.watch(id, slot));
    }),
  );
  const selected = createMemo(() => state().selected === props.block.key);
  const editing = createMemo(() => selected() && state().mode === 'edit');
  const clicked = (event: MouseEvent): void => {
    if ((event.target as Element).closest('a, button') || getSelection()?.isCollapsed === false) return;
    dispatch({ op: 'select', key: props.block.key, mode: 'edit' });
  };
  return (
    <section
      class="text"
      data-key={props.block.key}
      data-selected={selected()}
      data-editing={editing()}
      aria-label="Text"
      onPointerDown={() => !selected() && dispatch({ op: 'select', key: props.block.key, mode: 'command' })}
    >
      <div class="text-body">
        <Show
          when={editing()}
          fallback={
            <div class="text-prose" data-drawn={drawn()} onClick={clicked}>
              <Show when={cell()}>
                {(here) => <div class="slot text-slot" ref={slot} style={{ height: `${sheet.height(here().id)}px` }} />}
              </Show>
              <Show when={!drawn()}>
                <div classList={{ 'text-wait': cell() !== null && sheet.height(textCellId(props.block.part)) > 0 }}>
                  <Prose markdown={cell() ? props.block.source.replaceAll(/\$\{[^}]*\}/g, '…') : props.block.source} />
                </div>
              </Show>
            </div>
          }
        >
          <TextEditor block={props.block} />
        </Show>
        <BlockTools block={props.block} />
      </div>
    </section>
  );
}

/** Markdown source. What is typed counts when it is left: half a code fence is no notebook. */
function TextEditor(props: { readonly block: Block }) {
  const { dispatch } = useSheet();
  const key = props.block.key;
  const before = props.block.source.trim();
  const [editor, setEditor] = createSignal<CellEditor>();
  let host!: HTMLDivElement;
  let text = before;
  const keep = (): void => {
    if (text !== before) dispatch({ op: 'type', key, text, at: Date.now() });
  };
  createEffect(
    on([], () => {
      let gone = false;
      void import('./editor/cell-editor.ts').then(({ createCellEditor }) => {
        if (gone) return;
        const made = createCellEditor(host, {
          code: before,
          language: 'md',
          label: 'Markdown',
          onChange: (next) => (text = next),
          onFocus: () => undefined,
          onLeave: (by) => dispatch(by === 0 ? { op: 'select', key, mode: 'command' } : { op: 'step', by }),
          onHistory: () => undefined,
        });
        made.focus();
        if (before === 'New text.') made.selectAll();
        setEditor(made);
      });
      onCleanup(() => {
        gone = true;
        editor()?.close();
        queueMicrotask(keep);
      });
    }),
  );
  return <div class="text-editor" ref={host} />;
}
