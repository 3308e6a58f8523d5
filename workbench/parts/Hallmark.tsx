import './hallmark.css';
import { Show } from 'solid-js';
import type { Digest } from '#common/data.ts';
import { drawHallmark } from '#common/hallmark/hallmark.ts';

/** The stamp that a root digest draws: the same everywhere. `broken` shows it cracked, `pressing` plays its one motion. */
export function Hallmark(props: {
  readonly root: Digest;
  readonly size?: number;
  readonly broken?: boolean;
  readonly pressing?: boolean;
}) {
  const mark = () => drawHallmark(props.root);
  return (
    <span
      class="hallmark"
      data-broken={props.broken}
      data-pressing={props.pressing}
      style={{ width: `${props.size ?? 40}px`, height: `${props.size ?? 40}px` }}
    >
      <svg
        viewBox={mark().viewBox}
        role="img"
        aria-label={`${props.broken ? 'Broken hallmark' : 'Hallmark'}: ${mark().words}`}
      >
        <path d={mark().path} fill="currentcolor" fill-rule="evenodd" />
      </svg>
      <Show when={props.broken}>
        <svg class="hallmark-crack" viewBox="0 0 24 24" aria-hidden="true">
          <path d="M15 -1L11 8L14 11L8.500 17L11 20L8 25" />
        </svg>
      </Show>
    </span>
  );
}
