/** Heights of outputs, remembered by the browser so that nothing jumps while a notebook loads. */
import { onCleanup } from 'solid-js';
import { createStore } from 'solid-js/store';

export interface Heights {
  /** Undefined for what was never drawn here. */
  readonly get: (id: string) => number | undefined;
  readonly set: (id: string, px: number) => void;
}

const WRITE_AFTER = 500;

export function createHeights(name: string): Heights {
  const key = `assay.heights.${name}.${innerWidth < 704 ? 'narrow' : 'wide'}`;
  const [heights, setHeights] = createStore<Record<string, number>>(
    JSON.parse(localStorage.getItem(key) ?? '{}') as Record<string, number>,
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    localStorage.setItem(key, JSON.stringify(heights));
  };
  addEventListener('pagehide', write);
  onCleanup(() => {
    removeEventListener('pagehide', write);
    write();
  });
  return {
    get: (id) => heights[id],
    set(id, px) {
      if (heights[id] === px) return;
      setHeights(id, px);
      clearTimeout(timer);
      timer = setTimeout(write, WRITE_AFTER);
    },
  };
}
