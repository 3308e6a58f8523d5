/** Tells the frame where the empty slots under the cells are, whenever that changes. */
import type { Slot } from '../frame/protocol.ts';

export interface Layout {
  /** Adds a slot; the function returned takes it out. */
  watch(id: string, slot: HTMLElement): () => void;
  close(): void;
}

/** @param origin the element that the frame covers */
export function createLayout(origin: HTMLElement, tell: (slots: readonly Slot[]) => void): Layout {
  const slots = new Map<string, HTMLElement>();
  let asked = false;
  let last = '';
  const measure = (): void => {
    asked = false;
    const base = origin.getBoundingClientRect();
    const next = Array.from(slots, ([id, slot]): Slot => {
      const { top, left, width, height } = slot.getBoundingClientRect();
      return { id, top: top - base.top, left: left - base.left, width, height };
    });
    const text = JSON.stringify(next);
    if (text === last) return;
    last = text;
    tell(next);
  };
  const ask = (): void => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(measure);
  };
  const observer = new ResizeObserver(ask);
  observer.observe(origin);
  return {
    watch(id, slot) {
      slots.set(id, slot);
      observer.observe(slot);
      ask();
      return () => {
        if (slots.get(id) === slot) slots.delete(id);
        observer.unobserve(slot);
        ask();
      };
    },
    close: () => observer.disconnect(),
  };
}
