import { For } from 'solid-js';

/** A sentence with what stands between backticks as code. */
export function Coded(props: { readonly text: string }) {
  return <For each={props.text.split(/`([^`]+)`/)}>{(part, i) => (i() % 2 === 0 ? part : <code>{part}</code>)}</For>;
}
