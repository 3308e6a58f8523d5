/** Heights of outputs, remembered by the browser so that nothing jumps while a notebook loads. */
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
  return {
    get: (id) => heights[id],
    set(id, px) {
      if (heights[id] === px) return;
      setHeights(id, px);
      clearTimeout(timer);
      timer = setTimeout(() => localStorage.setItem(key, JSON.stringify(heights)), WRITE_AFTER);
    },
  };
}
