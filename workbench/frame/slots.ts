/** The places under the cells: boxes that the page positions, and whose heights it is told. */
import type { Slot } from './protocol.ts';

/** Milliseconds that a height waits for the page's fonts at most. */
const FONTS_WITHIN = 500;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface Slots {
  /** The box of a cell, made when first asked for. */
  box(id: string): HTMLElement;
  place(slots: readonly Slot[]): void;
  /** Width of a cell's slot in pixels, as the page last said; without an id that of the widest. */
  width(id?: string): number;
  /** Takes the boxes of other cells away. */
  keep(ids: ReadonlySet<string>): void;
}

export function makeSlots(
  root: HTMLElement,
  tell: (id: string, px: number) => void,
  onWidth: (first: boolean) => void,
): Slots {
  const boxes = new Map<string, HTMLElement>();
  const places = new Map<string, Slot>();
  const told = new Map<string, number>();
  const report = (changed: readonly Element[]): void => {
    for (const box of changed) {
      const { dataset, offsetHeight } = box as HTMLElement;
      const id = dataset['cell']!;
      if (boxes.get(id) !== box || told.get(id) === offsetHeight) continue;
      told.set(id, offsetHeight);
      cut(boxes.get(id)!, id);
      tell(id, offsetHeight);
    }
  };
  const observer = new ResizeObserver((entries) => {
    const changed = entries.map(({ target }) => target);
    // Lines break elsewhere in another font: what would be told now would be wrong in a moment.
    if (document.fonts.status === 'loaded') report(changed);
    else void Promise.race([document.fonts.ready, pause(FONTS_WITHIN)]).then(() => report(changed));
  });
  let widest = 0;
  /** A slot that is hidden has none. */
  const widthOf = (id: string): number => Math.round(places.get(id)?.width ?? 0) || widest;

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
      const before = widest;
      const changed = slots.some(({ id, width }) => width > 0 && Math.round(width) !== widthOf(id));
      places.clear();
      for (const slot of slots) places.set(slot.id, slot);
      for (const [id, box] of boxes) {
        position(box, places.get(id));
        cut(box, id);
      }
      widest = Math.round(Math.max(0, ...slots.map((slot) => slot.width))) || widest;
      if (changed || widest !== before) onWidth(before === 0);
    },
    width: (id) => (id === undefined ? widest : widthOf(id)),
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
