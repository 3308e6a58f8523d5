import './value-tree.css';
import { createSignal, For, Match, Show, Switch } from 'solid-js';
import type { TableData, Tensor } from '#common/data.ts';
import { TableView } from './TableView.tsx';

const MOST = 100;

const brand = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && '$' in value ? String(value.$) : undefined;

/** What a value is, in one line. */
function summary(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 120 ? `${value.slice(0, 120)}…` : value);
  if (typeof value !== 'object') return String(value);
  if (brand(value) === 'table')
    return `table, ${(value as TableData).rows.toLocaleString('en')} rows × ${(value as TableData).columns.length}`;
  if (brand(value) === 'tensor')
    return `${(value as Tensor).data.constructor.name.replace('Array', '').toLowerCase()} [${(value as Tensor).shape.join(' × ')}]  ${first((value as Tensor).data)}`;
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name} (${(value as Uint8Array).length})  ${first(value as Uint8Array)}`;
  if (Array.isArray(value)) return `[${value.length}]`;
  if (value instanceof Date) return value.toISOString();
  return `{${Object.keys(value).slice(0, 8).join(', ')}}`;
}

function first(values: ArrayLike<number | bigint>): string {
  const shown = Array.from({ length: Math.min(6, values.length) }, (_, i) =>
    typeof values[i] === 'bigint' ? String(values[i]) : Number((values[i] as number).toPrecision(4)),
  );
  return shown.join(', ') + (values.length > 6 ? ', …' : '');
}

/** Any value: a line that opens to what is in it. */
export function ValueTree(props: { readonly value: unknown; readonly name: string; readonly open?: boolean }) {
  const [open, setOpen] = createSignal(props.open ?? false);
  const children = (): readonly [string, unknown][] => {
    const { value } = props;
    if (
      typeof value !== 'object' ||
      value === null ||
      ArrayBuffer.isView(value) ||
      brand(value) === 'tensor' ||
      value instanceof Date
    )
      return [];
    return Object.entries(value as Record<string, unknown>).slice(0, MOST);
  };
  const table = (): TableData | null => (brand(props.value) === 'table' ? (props.value as TableData) : null);
  return (
    <div class="value">
      <Show
        when={children().length > 0}
        fallback={
          <p class="value-line">
            <span class="value-name">{props.name}</span> <span class="value-text">{summary(props.value)}</span>
          </p>
        }
      >
        <button class="value-line" aria-expanded={open()} onClick={() => setOpen(!open())}>
          <span class="value-name">{props.name}</span> <span class="value-text">{summary(props.value)}</span>
        </button>
      </Show>
      <Show when={open()}>
        <Switch>
          <Match when={table()}>{(data) => <TableView table={data()} height={260} label={props.name} />}</Match>
          <Match when={children().length > 0}>
            <div class="value-children">
              <For each={children()}>{([name, value]) => <ValueTree name={name} value={value} />}</For>
            </div>
          </Match>
        </Switch>
      </Show>
    </div>
  );
}
