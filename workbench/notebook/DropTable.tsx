import { createSignal, lazy, type ParentProps, Show, Suspense } from 'solid-js';
import { DropZone, TABLES } from '../parts/DropZone.tsx';
import { useSheet } from './context.ts';

const AddDataset = lazy(async () => ({ default: (await import('../pages/datasets/AddDataset.tsx')).AddDataset }));

/** A table that is dropped on the sheet becomes a data set, and the notebook names it. */
export function DropTable(props: ParentProps) {
  const { state, dispatch } = useSheet();
  const [file, setFile] = createSignal<File>();
  const use = (name: string): void => {
    const { datasets } = state().document;
    if (datasets.includes(name)) return;
    dispatch({ op: 'front', to: { datasets: [...datasets, name] } });
    dispatch({ op: 'run', keys: 'changed' });
  };
  return (
    <DropZone label="Drop a table to use it in this notebook" accept={TABLES} onFiles={([dropped]) => setFile(dropped)}>
      {props.children}
      <Show when={file()} keyed>
        {(chosen) => (
          <Suspense>
            <AddDataset file={chosen} onAdded={use} onClose={() => setFile(undefined)} />
          </Suspense>
        )}
      </Show>
    </DropZone>
  );
}
