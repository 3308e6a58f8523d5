import type { CellState } from '#common/notebook.ts';

export interface Reporter {
  states(states: readonly CellState[]): void;
  later(run: () => void): void;
}

/** Collects reports, the newest of each cell, and sends them together in the next turn. */
export class Mailbox {
  readonly #reporter: Reporter;
  readonly #letters = new Map<string, { readonly state: CellState }>();
  #planned = false;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  /** `from.state` is read when the report is sent. `urgent`: what follows may never end, so the report goes first. */
  post(id: string, from: { readonly state: CellState }, urgent: boolean): void {
    if (this.#letters.get(id) !== from) this.#letters.set(id, from);
    if (urgent) this.flush();
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
    this.#reporter.states(states);
  }
}
