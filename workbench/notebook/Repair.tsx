import { createSignal, onCleanup, onMount, Show } from 'solid-js';
import { AssayError, type ErrorJson } from '#common/errors.ts';
import { useKernel } from '../kernel.tsx';
import type { NotebookFile } from '../kernel-types.ts';
import { Failure } from '../parts/Failure.tsx';
import type { CellEditor } from './editor/cell-editor.ts';

/** A file that cannot be taken apart: what is wrong with it, and its text, to mend it here. */
export function Repair(props: {
  readonly file: NotebookFile;
  readonly error: ErrorJson;
  readonly onSaved: () => void;
}) {
  const { client } = useKernel();
  const [refused, setRefused] = createSignal<ErrorJson>();
  let text = props.file.source;
  let host!: HTMLDivElement;
  let editor: CellEditor | undefined;
  const save = (): void => {
    setRefused(undefined);
    client
      .saveNotebook(props.file.name, text, props.file.digest)
      .then(props.onSaved, (error: unknown) => setRefused(AssayError.from(error).toJSON()));
  };
  onMount(() => {
    let gone = false;
    void import('./editor/cell-editor.ts').then(({ createCellEditor }) => {
      if (gone) return;
      editor = createCellEditor(host, {
        code: text,
        language: 'md',
        label: `Text of ${props.file.name}.md`,
        onChange: (next) => (text = next),
        onFocus: () => undefined,
        onLeave: () => undefined,
        onHistory: () => undefined,
      });
      const { line } = (props.error.details ?? {}) as { readonly line?: number };
      if (line !== undefined)
        editor.setError({ line, column: 1, message: props.error.message, code: props.error.code });
    });
    onCleanup(() => {
      gone = true;
      editor?.close();
    });
  });
  return (
    <div class="page repair">
      <h1 class="page-title">{props.file.name}.md</h1>
      <Failure error={refused() ?? props.error} />
      <div class="editor" ref={host} />
      <Show when={refused()?.code !== 'NOTEBOOK_CHANGED'}>
        <button class="button primary" onClick={save}>
          Save and open
        </button>
      </Show>{' '}
      <button class="button" onClick={() => props.onSaved()}>
        Read the file again
      </button>
    </div>
  );
}
