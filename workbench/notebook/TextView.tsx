import { createEffect, createMemo, createSignal, on, onCleanup, Show } from 'solid-js';
import { textCellId } from '#common/cells/names.ts';
import { parseDocument } from '#common/document/document.ts';
import { Prose } from '../parts/Prose.tsx';
import { NEW_TEXT } from '../session/blocks.ts';
import type { Block } from '../session/state.ts';
import { BlockTools } from './BlockTools.tsx';
import { useSheet } from './context.ts';
import { takeHeld } from './typed-ahead.ts';
import type { CellEditor } from './editor/cell-editor.ts';

const KEEP_AFTER = 500;

/** Prose; its Markdown once it is clicked. */
export function TextView(props: { readonly block: Block }) {
  const sheet = useSheet();
  const { state, dispatch } = sheet;
  // Prose with `${expressions}` is drawn by the frame, where its values are; all other prose by the page.
  const id = createMemo(() => textCellId(props.block.part));
  const height = createMemo(() => sheet.heights.get(id()) ?? 0);
  const holds = createMemo(() => {
    const { size } = sheet.compiled();
    // Until the kernel has said which texts hold values, those that look like it keep the room that they had.
    return size === 0 ? height() > 0 && props.block.source.includes('${') : sheet.compiled().get(id())?.kind === 'text';
  });
  const drawn = createMemo(() => holds() && height() > 0 && state().cells[id()] !== undefined);
  const selected = createMemo(() => state().selected === props.block.key);
  const editing = createMemo(() => selected() && state().mode === 'edit');
  // Another element each time the text has been edited.
  const [slot, setSlot] = createSignal<HTMLElement>();
  createEffect(() => {
    const [layout, place] = [sheet.layout(), slot()];
    if (layout && place && holds() && !editing()) onCleanup(layout.watch(id(), place));
  });
  const clicked = (event: MouseEvent): void => {
    if ((event.target as Element).closest('a, button') || getSelection()?.isCollapsed === false) return;
    dispatch({ op: 'select', key: props.block.key, mode: 'edit' });
  };
  return (
    <section
      class="text"
      tabindex="-1"
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
              <Show when={holds()}>
                <div class="slot" ref={setSlot} style={{ height: `${height()}px` }} />
              </Show>
              <Show when={!drawn()}>
                <div classList={{ 'text-wait': holds() && height() > 0 }}>
                  <Prose markdown={holds() ? props.block.source.replaceAll(/\$\{[^}]*\}/g, '…') : props.block.source} />
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

/**
 * Markdown source. What is typed counts at every pause as long as it is one text; half a code fence, or one that would become a cell, waits
 * until the text is left.
 */
function TextEditor(props: { readonly block: Block }) {
  const { dispatch } = useSheet();
  const key = props.block.key;
  const [editor, setEditor] = createSignal<CellEditor>();
  let host!: HTMLDivElement;
  let kept = props.block.source.trim();
  let text = kept;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keep = (): void => {
    if (text === kept) return;
    kept = text;
    dispatch({ op: 'type', key, text, at: Date.now() });
  };
  const changed = (next: string): void => {
    text = next;
    clearTimeout(timer);
    timer = setTimeout(() => isOneText(text) && keep(), KEEP_AFTER);
  };
  createEffect(
    on([], () => {
      let gone = false;
      void import('./editor/cell-editor.ts').then(({ createCellEditor }) => {
        if (gone) return;
        const made = createCellEditor(host, {
          code: kept,
          language: 'md',
          label: 'Markdown',
          onChange: changed,
          onFocus: () => undefined,
          onLeave: (by) => dispatch(by === 0 ? { op: 'select', key, mode: 'command' } : { op: 'step', by }),
          onHistory: (way) => dispatch({ op: way }),
        });
        made.focus();
        // Beside another text it became part of that one.
        made.select(NEW_TEXT);
        made.insert(takeHeld(key) ?? '');
        setEditor(made);
      });
      onCleanup(() => {
        gone = true;
        clearTimeout(timer);
        const ahead = editor() ? null : takeHeld(key);
        if (ahead !== null) text = kept.includes(NEW_TEXT) ? kept.replace(NEW_TEXT, () => ahead) : ahead + kept;
        editor()?.close();
        queueMicrotask(keep);
      });
    }),
  );
  // Undone, or changed on disk.
  createEffect(
    on(
      () => props.block.source.trim(),
      (source) => {
        if (source === kept.trim()) return;
        kept = text = source;
        editor()?.setCode(source);
      },
      { defer: true },
    ),
  );
  return <div class="text-editor" ref={host} />;
}

function isOneText(text: string): boolean {
  if (text.trim() === '') return false;
  try {
    return parseDocument(`\n${text}\n`).parts.every(({ kind }) => kind === 'text');
  } catch {
    return false;
  }
}
