import { createMemo, Show } from 'solid-js';
import { CellView } from './CellView.tsx';
import { useSheet } from './context.ts';
import { Insert } from './Insert.tsx';
import { TextView } from './TextView.tsx';

/** A text or a cell, and the place after it where another can go. */
export function BlockView(props: { readonly key: string }) {
  const { blocks } = useSheet();
  const block = createMemo(() => blocks().get(props.key));
  const isCell = createMemo(() => block()?.cell !== null);
  return (
    <Show when={block()}>
      {(here) => (
        <>
          <Show when={isCell()} fallback={<TextView block={here()} />}>
            <CellView block={here()} cell={here().cell as NonNullable<ReturnType<typeof here>['cell']>} />
          </Show>
          <Insert near={props.key} where="after" />
        </>
      )}
    </Show>
  );
}
