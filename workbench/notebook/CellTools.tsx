import type { CellSource, Language } from '#common/notebook.ts';
import type { Block } from '../session/state.ts';
import { BlockTools } from './BlockTools.tsx';
import { useSheet } from './context.ts';

const LANGUAGES: readonly {
  readonly value: string;
  readonly label: string;
  readonly language: Language;
  readonly view: boolean;
}[] = [
  { value: 'ts', label: 'TypeScript', language: 'ts', view: false },
  { value: 'js', label: 'JavaScript', language: 'js', view: false },
  { value: 'sql', label: 'SQL', language: 'sql', view: false },
  { value: 'ts view', label: 'View, TypeScript', language: 'ts', view: true },
  { value: 'js view', label: 'View, JavaScript', language: 'js', view: true },
];

/** What kind of cell it is, what it is called, and the tools of every block. */
export function CellTools(props: { readonly block: Block; readonly cell: CellSource }) {
  const { dispatch } = useSheet();
  const kind = (): string => props.cell.language + (props.cell.view ? ' view' : '');
  const setKind = (value: string): void => {
    const found = LANGUAGES.find((option) => option.value === value);
    if (found) dispatch({ op: 'change', key: props.block.key, to: { language: found.language, view: found.view } });
  };
  return (
    <BlockTools block={props.block}>
      <input
        class="cell-name mono"
        aria-label="Name of the value that the cell defines"
        placeholder="name"
        size={Math.max(4, (props.cell.name ?? '').length)}
        value={props.cell.name ?? ''}
        onChange={({ currentTarget }) =>
          dispatch({ op: 'change', key: props.block.key, to: { name: currentTarget.value.trim() || null } })
        }
      />
      <select
        class="cell-kind"
        aria-label="Kind of cell"
        value={kind()}
        onChange={({ currentTarget }) => setKind(currentTarget.value)}
      >
        {LANGUAGES.map(({ value, label }) => (
          <option value={value} selected={value === kind()}>
            {label}
          </option>
        ))}
      </select>
    </BlockTools>
  );
}
