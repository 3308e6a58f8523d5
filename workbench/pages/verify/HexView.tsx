import { createMemo, For, Show } from 'solid-js';
import type { Flip } from './verify.ts';

/** Bytes a line: half as many where a phone has no room for them. */
const WIDTH = matchMedia('(max-width: 44rem)').matches ? 8 : 16;
const LINES = 5;
const hex = (value: number, digits = 2): string => value.toString(16).padStart(digits, '0');
const printable = (value: number): string => (value > 32 && value < 127 ? String.fromCharCode(value) : '·');

/** A byte as its number and its letter. */
export const byteText = (value: number): string => `${hex(value)} “${printable(value)}”`;

interface HexViewProps {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly flip: Flip | null;
  readonly onChoose: (offset: number) => void;
}

/** The bytes around one: click another to choose it. The flipped byte shows what it was and what it is. */
export function HexView(props: HexViewProps) {
  const lines = createMemo(() => {
    const first = Math.max(0, Math.floor(props.at / WIDTH) - Math.floor(LINES / 2)) * WIDTH;
    return Array.from({ length: LINES }, (_, i) => first + i * WIDTH).filter((start) => start < props.bytes.length);
  });
  const value = (offset: number): number =>
    props.flip?.offset === offset ? props.flip.after : (props.bytes[offset] ?? 0);
  const row = (start: number): number[] =>
    Array.from({ length: Math.min(WIDTH, props.bytes.length - start) }, (_, i) => start + i);
  return (
    <div class="hex" role="group" aria-label="Bytes of the file">
      <For each={lines()}>
        {(start) => (
          <div class="hex-line">
            <span class="hex-at">{hex(start, 6)}</span>
            <For each={row(start)}>
              {(offset) => (
                <button
                  class="hex-byte"
                  data-at={offset === props.at}
                  data-flipped={props.flip?.offset === offset}
                  tabindex={offset === props.at ? 0 : -1}
                  aria-label={`Byte ${offset}: ${hex(value(offset))}`}
                  onClick={() => props.onChoose(offset)}
                >
                  {hex(value(offset))}
                </button>
              )}
            </For>
            <span class="hex-text" aria-hidden="true">
              {row(start)
                .map((offset) => printable(value(offset)))
                .join('')}
            </span>
          </div>
        )}
      </For>
      <Show when={props.flip}>
        {(flip) => (
          <p class="hex-note">
            Byte {flip().offset} was <code>{byteText(flip().before)}</code> and is <code>{byteText(flip().after)}</code>
            .
          </p>
        )}
      </Show>
    </div>
  );
}
