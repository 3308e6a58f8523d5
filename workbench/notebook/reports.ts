/** Reports of cells, at most one step of the session for each frame that is painted: 300 cells start one by one. */
import type { CellState } from '#common/notebook.ts';

const FRAME = 16;

export interface Reports {
  /** The first is told at once, what comes soon after it together. */
  add(states: readonly CellState[]): void;
  flush(): void;
}

export function createReports(tell: (states: readonly CellState[]) => void): Reports {
  let waiting: CellState[] = [];
  let told = -Infinity;
  let planned: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    clearTimeout(planned);
    planned = undefined;
    told = performance.now();
    const states = waiting;
    waiting = [];
    if (states.length > 0) tell(states);
  };
  return {
    flush,
    add(states) {
      waiting.push(...states);
      if (performance.now() - told >= FRAME) flush();
      else planned ??= setTimeout(flush, FRAME);
    },
  };
}
