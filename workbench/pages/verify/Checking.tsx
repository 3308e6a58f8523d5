import { Show } from 'solid-js';
import { size } from '../../parts/duration.ts';

/** Bytes of the bundle that were read, of how many, and for how long. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly ms: number;
}

/** While a bundle is checked that takes longer than a second: how far it has come, what is left, and how to stop. */
export function Checking(props: { readonly progress: Progress | undefined; readonly onStop: () => void }) {
  const left = ({ done, total, ms }: Progress): string => {
    const seconds = Math.ceil((ms * (total - done)) / done / 1000);
    return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
  };
  return (
    <Show when={props.progress}>
      {(progress) => (
        <div class="checking">
          <div
            class="progress"
            role="progressbar"
            aria-label="Bytes checked"
            aria-valuemin="0"
            aria-valuemax={progress().total}
            aria-valuenow={progress().done}
          >
            <i style={{ transform: `scaleX(${progress().done / progress().total})` }} />
          </div>
          <span class="quiet">
            {size(progress().done)} of {size(progress().total)}, {left(progress())} left
          </span>
          <button class="button small" onClick={() => props.onStop()}>
            Stop
          </button>
        </div>
      )}
    </Show>
  );
}
