import './gutter.css';
import { createEffect, createSignal, Match, onCleanup, Show, Switch } from 'solid-js';
import type { CellStatus } from '#common/notebook.ts';
import { duration } from '../parts/duration.ts';
import { Icon } from '../parts/Icon.tsx';

const SAYS: Record<CellStatus, string> = {
  idle: 'Not run yet',
  queued: 'Waiting to run',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  stale: 'Changed since it ran',
  stopped: 'Stopped',
};

/** Shapes differ as well as colours: ring, dots, arc, tick, cross, dashed ring, square. */
const SHAPES: Record<CellStatus, string> = {
  idle: 'M8 3.500a4.500 4.500 0 1 0 0 9a4.500 4.500 0 0 0 0-9z',
  queued: 'M3.500 8h.01M8 8h.01M12.500 8h.01',
  running: 'M8 2.500a5.500 5.500 0 1 1-5.500 5.500',
  done: 'M3.500 8.500l3 3 6-7',
  failed: 'M4 4l8 8M12 4l-8 8',
  stale: 'M8 3.500a4.500 4.500 0 1 0 0 9a4.500 4.500 0 0 0 0-9z',
  stopped: 'M4.500 4.500h7v7h-7z',
};

interface GutterProps {
  readonly status: CellStatus;
  readonly ms: number | undefined;
  readonly onRun: () => void;
  readonly onStop: () => void;
}

export function Gutter(props: GutterProps) {
  const busy = (): boolean => props.status === 'running' || props.status === 'queued';
  return (
    <div class="gutter" data-status={props.status}>
      <button
        class="gutter-button"
        aria-label={busy() ? `${SAYS[props.status]}. Stop` : `${SAYS[props.status]}. Run`}
        title={busy() ? 'Stop' : `${SAYS[props.status]}. Run (Ctrl Enter)`}
        onClick={() => (busy() ? props.onStop() : props.onRun())}
      >
        <svg class="icon-svg gutter-state" viewBox="0 0 16 16" aria-hidden="true">
          <path d={SHAPES[props.status]} />
        </svg>
        <span class="gutter-act">
          <Icon name={busy() ? 'stop' : 'play'} />
        </span>
      </button>
      <Switch>
        <Match when={props.status === 'running'}>
          <Elapsed />
        </Match>
        <Match when={props.ms !== undefined && props.status !== 'idle' && props.status !== 'stopped'}>
          <span class="gutter-time">{duration(props.ms ?? 0)}</span>
        </Match>
      </Switch>
    </div>
  );
}

/** Counts up; hidden for the first moments, so that quick cells don't flicker. */
function Elapsed() {
  const started = performance.now();
  const [ms, setMs] = createSignal(0);
  createEffect(() => {
    const timer = setInterval(() => setMs(performance.now() - started), 100);
    onCleanup(() => clearInterval(timer));
  });
  return (
    <Show when={ms() > 250}>
      <span class="gutter-time">{(ms() / 1000).toFixed(1)} s</span>
    </Show>
  );
}
