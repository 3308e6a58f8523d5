/** The places under the cells: boxes that the page positions, and whose heights it is told. */
import type { Slot } from './protocol.ts';

export interface Slots {
  /** The box of a cell, made when first asked for. */
  box(id: string): HTMLElement;
  place(slots: readonly Slot[]): void;
  /** Width of a cell's slot in pixels, as the page last said. */
  width(id: string): number;
  /** Takes the boxes of other cells away. */
  keep(ids: ReadonlySet<string>): void;
}

export function makeSlots(
  root: HTMLElement,
  tell: (id: string, px: number) => void,
  onWidth: (px: number) => void,
): Slots {
  const boxes = new Map<string, HTMLElement>();
  const places = new Map<string, Slot>();
  const told = new Map<string, number>();
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const { dataset, offsetHeight } = target as HTMLElement;
      const id = dataset['cell']!;
      if (told.get(id) === offsetHeight) continue;
      told.set(id, offsetHeight);
      cut(target as HTMLElement, id);
      tell(id, offsetHeight);
    }
  });
  let widest = 0;

  /** Nothing paints over its neighbours while the page has not heard of its height yet. */
  function cut(box: HTMLElement, id: string): void {
    const over = (told.get(id) ?? 0) - (places.get(id)?.height ?? Infinity);
    box.style.clipPath = over > 1 ? `inset(-100vh -100vw ${over}px)` : '';
  }

  return {
    box(id) {
      let box = boxes.get(id);
      if (box) return box;
      box = document.createElement('section');
      box.className = 'slot';
      box.dataset['cell'] = id;
      boxes.set(id, box);
      position(box, places.get(id));
      root.append(box);
      observer.observe(box);
      return box;
    },
    place(slots) {
      places.clear();
      for (const slot of slots) places.set(slot.id, slot);
      for (const [id, box] of boxes) {
        position(box, places.get(id));
        cut(box, id);
      }
      const width = Math.round(Math.max(0, ...slots.map((slot) => slot.width)));
      if (width > 0 && width !== widest) onWidth((widest = width));
    },
    width: (id) => Math.round(places.get(id)?.width ?? widest),
    keep(ids) {
      for (const [id, box] of boxes) {
        if (ids.has(id)) continue;
        observer.unobserve(box);
        box.remove();
        boxes.delete(id);
        told.delete(id);
      }
    },
  };
}

function position(box: HTMLElement, slot: Slot | undefined): void {
  box.hidden = slot === undefined;
  if (!slot) return;
  box.style.transform = `translate(${slot.left}px, ${slot.top}px)`;
  box.style.width = `${slot.width}px`;
}
