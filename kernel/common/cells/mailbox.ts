import type { CellState } from '#common/notebook.ts';

export interface Reporter {
  states(states: readonly CellState[]): void;
  later(run: () => void): void;
}

/** Collects reports, the newest of each cell, and sends them together in the next turn. */
export class Mailbox {
  readonly #reporter: Reporter;
  readonly #letters = new Set<{ readonly state: CellState }>();
  #planned = false;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  /** `from.state` is read when the report is sent. `urgent`: what follows may never end, so the report goes first. */
  post(from: { readonly state: CellState }, urgent: boolean): void {
    this.#letters.add(from);
    if (urgent) this.flush();
    else if (!this.#planned) {
      this.#planned = true;
      this.#reporter.later(() => {
        this.#planned = false;
        this.flush();
      });
    }
  }

  /** What it would say is out of date. */
  drop(from: { readonly state: CellState }): void {
    this.#letters.delete(from);
  }

  flush(): void {
    if (this.#letters.size === 0) return;
    const states = Array.from(this.#letters, (from) => from.state);
    this.#letters.clear();
    this.#reporter.states(states);
  }
}
