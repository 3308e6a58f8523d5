import { createMemo, createSignal, For, Show } from 'solid-js';
import type { VerifyReport } from '#common/verify/types.ts';
import { size } from '../../parts/duration.ts';
import { HexView } from './HexView.tsx';
import { fileIn, type Flip } from './verify.ts';

interface FlipByteProps {
  readonly zip: Uint8Array;
  readonly files: VerifyReport['files'];
  readonly flip: Flip | null;
  readonly onFlip: (path: string, offset: number) => void;
  readonly onRestore: () => void;
}

/** An experiment: change one byte anywhere in the bundle and see which check notices. */
export function FlipByte(props: FlipByteProps) {
  const first =
    props.files.find(({ path }) => path.endsWith('.md') && !/readme/i.test(path))?.path ?? props.files[0]?.path ?? '';
  const [path, setPath] = createSignal(props.flip?.path ?? first);
  const [offset, setOffset] = createSignal(props.flip?.offset ?? 0);
  const bytes = createMemo(() => fileIn(props.zip, path()));
  const at = (): number => Math.min(offset(), Math.max(0, bytes().length - 1));
  const choose = (next: string): void => {
    setPath(next);
    setOffset(Math.floor(fileIn(props.zip, next).length / 2));
  };
  return (
    <section class="flip">
      <h2 class="verify-heading">Try to cheat</h2>
      <p class="quiet">
        Change one byte of any file. The bundle is packed anew, so that the zip itself is sound, and every check runs
        again.
      </p>
      <div class="flip-form">
        <label>
          <span class="label">File</span>
          <select class="field" value={path()} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            <For each={props.files}>
              {(file) => (
                <option value={file.path} selected={file.path === path()}>
                  {file.path} ({size(file.bytes)})
                </option>
              )}
            </For>
          </select>
        </label>
        <label>
          <span class="label">Byte</span>
          <input
            class="field mono"
            type="number"
            min="0"
            max={Math.max(0, bytes().length - 1)}
            value={at()}
            onInput={({ currentTarget: { valueAsNumber } }) =>
              Number.isInteger(valueAsNumber) && setOffset(Math.max(0, valueAsNumber))
            }
          />
        </label>
        <button class="button" disabled={bytes().length === 0} onClick={() => props.onFlip(path(), at())}>
          Flip one byte
        </button>
        <Show when={props.flip}>
          <button class="button plain" onClick={() => props.onRestore()}>
            Put it back
          </button>
        </Show>
      </div>
      <HexView bytes={bytes()} at={at()} flip={props.flip?.path === path() ? props.flip : null} onChoose={setOffset} />
    </section>
  );
}
