/** Heights of outputs, remembered by the browser so that nothing jumps while a notebook loads. */
import { createStore } from 'solid-js/store';

export interface Heights {
  readonly get: (id: string) => number;
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
    get: (id) => heights[id] ?? 0,
    set(id, px) {
      setHeights(id, px);
      clearTimeout(timer);
      timer = setTimeout(() => localStorage.setItem(key, JSON.stringify(heights)), WRITE_AFTER);
    },
  };
}
