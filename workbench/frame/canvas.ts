/**
 * What one run of a cell draws. What depends on how wide the cell is, or whether the page is dark, is made again from the same value when
 * that changes: a plugin's drawing in its place; a chart by running the cell again, since the cell may listen to it.
 */
import { element } from './element.ts';
import { grouped } from './figures.ts';

export interface Look {
  readonly width: number;
  readonly dark: boolean;
}

/** Things that a cell shows before the rest has to be asked for. */
const MOST = 500;

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
  readonly #rest: Node[] = [];

  constructor(look: () => Look) {
    this.#look = look;
    this.node.className = 'drawing';
  }

  /** Puts something under what is shown already; of very many things the rest waits behind a button. */
  put(node: Node): void {
    if (this.node.childElementCount < MOST) this.node.append(node);
    else if (this.#rest.push(node) === 1) this.node.append(this.#more());
    else this.node.lastElementChild!.textContent = this.#left();
  }

  #left = (): string => `${grouped(this.#rest.length)} more`;

  #more(): HTMLElement {
    const button = element('button', 'more', this.#left());
    button.addEventListener('click', () => {
      button.before(...this.#rest.splice(0, MOST));
      if (this.#rest.length === 0) button.remove();
      else button.textContent = this.#left();
    });
    return button;
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
