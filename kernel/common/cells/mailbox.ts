import type { CellState } from '#common/notebook.ts';

/** Milliseconds between reports while cells run one after the other without a pause. */
const EVERY = 4;

export interface Reporter {
  states(states: readonly CellState[]): void;
  later(run: () => void): void;
  clock(): number;
}

/** Collects reports, the newest of each cell, and sends them together: at once when nothing was sent of late, else soon. */
export class Mailbox {
  readonly #reporter: Reporter;
  readonly #letters = new Map<string, { readonly state: CellState }>();
  #planned = false;
  #sent = -Infinity;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  /** `from.state` is read when the report is sent. `urgent`: what follows may never end, so the report must not wait behind it. */
  post(id: string, from: { readonly state: CellState }, urgent: boolean): void {
    this.#letters.delete(id);
    this.#letters.set(id, from);
    if (urgent && this.#reporter.clock() - this.#sent >= EVERY) this.flush();
    else if (!this.#planned) {
      this.#planned = true;
      this.#reporter.later(() => {
        this.#planned = false;
        this.flush();
      });
    }
  }

  flush(): void {
    if (this.#letters.size === 0) return;
    const states = Array.from(this.#letters.values(), (from) => from.state);
    this.#letters.clear();
    this.#sent = this.#reporter.clock();
    this.#reporter.states(states);
  }
}
