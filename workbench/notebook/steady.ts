/**
 * Results come in while somebody already aims at a button. What the pointer is about to press stays under it: the page is scrolled by as
 * much as what is above it grew; and between press and release nothing is made taller at all. Where nobody aims, the browser
 * holds on to the first block in sight.
 */
export interface Steady {
  /** Makes a change that may move the sheet. */
  during(change: () => void): void;
  /** As `during`, but not while a button of the mouse is held down. */
  unpressed(change: () => void): void;
  close(): void;
}

const PRESSED = 'button, a, input, select, textarea, summary, .cm-editor, .editor-plain, .text-prose';
/** Who has not moved the pointer for so long does not aim. */
const AIMS_FOR = 1500;
/** Who holds it longer than this selects or drags. */
const HELD_FOR = 1000;

export function createSteady(sheet: HTMLElement): Steady {
  let aim: { readonly x: number; readonly y: number; readonly at: number } | null = null;
  let held: ReturnType<typeof setTimeout> | undefined;
  let waiting: (() => void)[] = [];

  const target = (): Element | null => {
    if (aim === null || performance.now() - aim.at > AIMS_FOR) return null;
    const pressed = document.elementFromPoint(aim.x, aim.y)?.closest(PRESSED) ?? null;
    // Its block, since what moves within the block is mostly what was pressed itself.
    return pressed !== null && sheet.contains(pressed) ? (pressed.closest('[data-key]') ?? pressed) : null;
  };
  const during = (change: () => void): void => {
    const kept = target();
    const before = kept?.getBoundingClientRect().top ?? 0;
    change();
    if (kept?.isConnected) scrollBy({ top: kept.getBoundingClientRect().top - before, behavior: 'instant' });
  };
  const release = (): void => {
    clearTimeout(held);
    held = undefined;
    const changes = waiting;
    waiting = [];
    if (changes.length > 0) during(() => changes.forEach((change) => change()));
  };
  const moved = ({ clientX: x, clientY: y }: PointerEvent): void => void (aim = { x, y, at: performance.now() });
  const down = (event: PointerEvent): void => {
    moved(event);
    held ??= setTimeout(release, HELD_FOR);
  };
  // After the click that the release makes.
  const up = (): void => void setTimeout(release);
  const listening = new AbortController();
  const listen = { capture: true, passive: true, signal: listening.signal };
  addEventListener('pointermove', moved, listen);
  addEventListener('pointerdown', down, listen);
  addEventListener('pointerup', up, listen);
  addEventListener('pointercancel', up, listen);
  return {
    during,
    unpressed: (change) => (held === undefined ? during(change) : void waiting.push(change)),
    close() {
      listening.abort();
      release();
    },
  };
}
