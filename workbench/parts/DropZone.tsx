import './drop-zone.css';
import { createSignal, type ParentProps, Show } from 'solid-js';
import { toast } from './toast.ts';

interface DropZoneProps {
  /** What a drop here does. */
  readonly label: string;
  /** Names of files that are taken. */
  readonly accept: RegExp;
  readonly onFiles: (files: readonly File[]) => void;
}

/** Files that hold a table. */
export const TABLES = /\.(?:csv|tsv|json|ndjson|jsonl|parquet|arrow|feather)$/i;

/** A file that nobody takes would replace the page by itself. Returns the function that ends it. */
export function refuseDrops(): () => void {
  const over = (event: DragEvent): void => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'none';
  };
  const drop = (event: DragEvent): void => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    toast('Tables are dropped on Data sets or on a notebook, notebooks on the gallery, bundles on Verify.');
  };
  addEventListener('dragover', over);
  addEventListener('drop', drop);
  return () => {
    removeEventListener('dragover', over);
    removeEventListener('drop', drop);
  };
}

/** Takes files dropped anywhere on what it holds. */
export function DropZone(props: ParentProps<DropZoneProps>) {
  const [over, setOver] = createSignal(0);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(0);
    const files = [...(event.dataTransfer?.files ?? [])];
    const taken = files.filter((file) => props.accept.test(file.name));
    if (taken.length > 0) props.onFiles(taken);
    else if (files.length > 0) toast(`“${files[0]?.name}” is not a file for this place. ${props.label}.`);
  };
  return (
    <div
      class="drop-zone"
      onDragEnter={(event) => hasFiles(event) && setOver((n) => n + 1)}
      onDragLeave={(event) => hasFiles(event) && setOver((n) => Math.max(0, n - 1))}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDrop={drop}
    >
      {props.children}
      <Show when={over() > 0}>
        <div class="drop-veil" aria-hidden="true">
          <p>{props.label}</p>
        </div>
      </Show>
    </div>
  );
}
