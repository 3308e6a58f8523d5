/**
 * What one run of a cell draws. What depends on how wide the cell is, or whether the page is dark, is made again from the same value when
 * that changes: a plugin's drawing in its place; a chart by running the cell again, since the cell may listen to it.
 */
export interface Look {
  readonly width: number;
  readonly dark: boolean;
}

export type Make = (look: Look) => unknown;

interface Origin {
  readonly make: Make;
  /** What it does not take from the page. */
  readonly own: Partial<Look>;
  look: Look;
  /** Whether the cell knows it as its own and has to run to have another. */
  readonly runs: boolean;
}

const origins = new WeakMap<Element, Origin>();

export class Canvas {
  readonly node = document.createElement('div');
  shown = false;
  /** The run has ended; before that nothing is made again. */
  done = false;
  /** The cell called a method: to run it again for the look of it would call again. */
  called = false;
  readonly #look: () => Look;
  #follows = false;

  constructor(look: () => Look) {
    this.#look = look;
    this.node.className = 'drawing';
  }

  draw(make: Make, own: Partial<Look>, runs: boolean): unknown {
    const look = { ...this.#look(), ...own };
    const made = make(look);
    if (made instanceof Element) {
      origins.set(made, { make, own, look, runs });
      this.#follows = true;
    }
    return made;
  }

  get isStale(): boolean {
    return this.#follows && this.#stale().length > 0;
  }

  /** Makes in place what was made for another look. True if the cell has to run instead. */
  refresh(): boolean {
    if (!this.done || !this.#follows) return false;
    const stale = this.#stale();
    if (!this.called && stale.some(([, { runs }]) => runs)) return true;
    for (const [element, origin] of stale) if (this.node.contains(element)) this.#replace(element, origin);
    return false;
  }

  /** Only what still stands in the cell: what its handlers have taken away is forgotten. */
  #stale(): [Element, Origin][] {
    const now = this.#look();
    return Array.from(this.node.querySelectorAll('*'), (element) => [element, origins.get(element)] as const).filter(
      (found): found is [Element, Origin] =>
        found[1] !== undefined && differ(found[1].look, { ...now, ...found[1].own }),
    );
  }

  #replace(element: Element, origin: Origin): void {
    origin.look = { ...this.#look(), ...origin.own };
    let made: unknown;
    try {
      made = origin.make(origin.look);
    } catch {
      return; // An older drawing tells more than none.
    }
    if (!(made instanceof Element)) return;
    origins.set(made, origin);
    element.replaceWith(made);
  }
}

const differ = (a: Look, b: Look): boolean => !Object.is(a.width, b.width) || a.dark !== b.dark;
