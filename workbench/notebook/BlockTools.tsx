import type { ParentProps } from 'solid-js';
import { Icon } from '../parts/Icon.tsx';
import type { Block } from '../session/state.ts';
import { useSheet } from './context.ts';

/** Move and delete, at a block's upper right while it is selected or under the pointer. */
export function BlockTools(props: ParentProps<{ readonly block: Block }>) {
  const { dispatch } = useSheet();
  return (
    <div class="cell-tools" role="toolbar" aria-label="Block">
      {props.children}
      <button
        class="button plain icon small"
        aria-label="Move up"
        title="Move up (Alt ↑)"
        onClick={() => dispatch({ op: 'move', key: props.block.key, by: -1 })}
      >
        <Icon name="up" />
      </button>
      <button
        class="button plain icon small"
        aria-label="Move down"
        title="Move down (Alt ↓)"
        onClick={() => dispatch({ op: 'move', key: props.block.key, by: 1 })}
      >
        <Icon name="down" />
      </button>
      <button
        class="button plain icon small"
        aria-label="Delete"
        title="Delete (d d)"
        onClick={() => dispatch({ op: 'remove', key: props.block.key })}
      >
        <Icon name="trash" />
      </button>
    </div>
  );
}
