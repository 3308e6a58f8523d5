import './sheet.css';
import { createResource, ErrorBoundary, Show } from 'solid-js';
import { parseDocument } from '#common/document/document.ts';
import { AssayError, type ErrorJson } from '#common/errors.ts';
import { useKernel } from '../kernel.tsx';
import type { NotebookFile } from '../kernel-types.ts';
import { Failure } from '../parts/Failure.tsx';
import { pathTo } from '../router.ts';
import { Repair } from './Repair.tsx';
import { Sheet } from './Sheet.tsx';

function whatIsWrong({ source }: NotebookFile): ErrorJson | null {
  try {
    parseDocument(source);
    return null;
  } catch (error) {
    return AssayError.from(error).toJSON();
  }
}

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
          <Show
            when={(file.error as { readonly code?: unknown }).code === 'NOT_FOUND'}
            fallback={<Failure error={file.error as Error} onRetry={() => void refetch()} />}
          >
            <h1 class="page-title">There is no notebook “{props.name}”</h1>
            <p class="page-lead">
              It may have been renamed, or moved to the trash. Here are <a href={pathTo.gallery}>all notebooks</a>.
            </p>
          </Show>
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
          {(loaded) => (
            <Show when={whatIsWrong(loaded)} keyed fallback={<Sheet file={loaded} />}>
              {(error) => <Repair file={loaded} error={error} onSaved={() => void refetch()} />}
            </Show>
          )}
        </Show>
      </ErrorBoundary>
    </Show>
  );
}
