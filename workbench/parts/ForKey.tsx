import { type Accessor, createMemo, For, type JSX, Show } from 'solid-js';

interface ForKeyProps<T> {
  readonly each: readonly T[];
  readonly by: (item: T) => string;
  readonly children: (item: Accessor<T>) => JSX.Element;
}

/** `For`, of things that become other objects as they get on: each keeps its elements, so that a button pressed meanwhile is still clicked. */
export function ForKey<T extends object>(props: ForKeyProps<T>) {
  const items = createMemo(() => new Map(props.each.map((item) => [props.by(item), item])));
  return (
    <For each={[...items().keys()]}>
      {(key) => <Show when={items().get(key)}>{(item) => props.children(item)}</Show>}
    </For>
  );
}
