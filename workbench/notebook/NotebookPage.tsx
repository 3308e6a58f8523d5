import './sheet.css';
import { createResource, ErrorBoundary, Show } from 'solid-js';
import { useKernel } from '../kernel.tsx';
import { Failure } from '../parts/Failure.tsx';
import { Sheet } from './Sheet.tsx';

/** Reads the file, and shows it as a sheet. */
export function NotebookPage(props: { readonly name: string }) {
  const { client } = useKernel();
  const [file, { refetch }] = createResource(
    () => props.name,
    (name) => client.notebook(name),
  );
  return (
    <Show
      when={!file.error}
      fallback={
        <div class="page">
          <Failure error={file.error as Error} onRetry={() => void refetch()} />
        </div>
      }
    >
      <ErrorBoundary
        fallback={(error: Error) => (
          <div class="page">
            <Failure error={error} />
          </div>
        )}
      >
        <Show when={file.latest} keyed>
          {(loaded) => <Sheet file={loaded} />}
        </Show>
      </ErrorBoundary>
    </Show>
  );
}
