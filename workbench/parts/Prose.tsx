import './prose.css';
import { createEffect } from 'solid-js';
import { renderProse } from './prose.ts';

export function Prose(props: { readonly markdown: string }) {
  let host!: HTMLDivElement;
  createEffect(() => host.replaceChildren(renderProse(props.markdown)));
  return <div class="prose" ref={host} />;
}
