import { Icon, type IconName } from '../parts/Icon.tsx';
import type { NewBlock } from '../session/state.ts';
import { useSheet } from './context.ts';

const KINDS: readonly { readonly label: string; readonly icon: IconName; readonly block: NewBlock }[] = [
  { label: 'Text', icon: 'text', block: { kind: 'text' } },
  { label: 'TypeScript', icon: 'code', block: { kind: 'cell', language: 'ts', view: false } },
  { label: 'SQL', icon: 'data', block: { kind: 'cell', language: 'sql', view: false } },
  { label: 'View', icon: 'view', block: { kind: 'cell', language: 'js', view: true } },
];

/** Between two blocks: shows on hover and focus what can be added there. */
export function Insert(props: { readonly near: string | null; readonly where: 'before' | 'after' }) {
  const { dispatch } = useSheet();
  return (
    <div class="insert">
      <div class="insert-buttons" role="group" aria-label="Add here">
        {KINDS.map(({ label, icon, block }) => (
          <button
            class="button plain small"
            onClick={() => dispatch({ op: 'add', block, near: props.near, where: props.where })}
          >
            <Icon name={icon} /> {label}
          </button>
        ))}
      </div>
    </div>
  );
}
