/**
 * The reactive notebook, the same in the frame and headless: cells run in dependency order and again when what they read changes. Effects
 * (calls, data, SQL, drawing, reports) come in from outside; `pinRealm` must have run.
 */
import { Runtime, type Module, type Variable } from './observable.ts';
import type { Digest, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CellState, CompiledCell, CompiledNotebook } from '#common/notebook.ts';
import { Table } from '#common/data/table.ts';
import { digestValue } from '#common/value/value.ts';
import { CellRun } from './cell-run.ts';
import { Mailbox } from './mailbox.ts';
import { namespaceOf } from './names.ts';
import type { Drawing } from './present.ts';
import { makeSandbox, type Evaluate } from './sandbox.ts';
import type { SqlEngine } from './sql.ts';

export interface RuntimeHost {
  /** A method that the notebook uses. What it throws is thrown in the cell. */
  call(cell: string, method: string, input: unknown): Promise<{ readonly result: unknown; readonly receipt?: Digest }>;
  dataset(name: string): Promise<TableData>;
  /** Opened when the first SQL cell runs. */
  sql(): Promise<SqlEngine>;
  /** Everything that changed since the last report, oldest first. */
  states(states: readonly CellState[]): void;
  root(root: Digest | null): void;
  /** Runs the callback after what is queued now, messages included: `setImmediate`, a MessageChannel. */
  later(run: () => void): void;
  /** Milliseconds since any moment. */
  clock(): number;
  /** Each output is hashed by itself too, besides the cell: for pages and receipts. */
  readonly digests: boolean;
  /** Bytes behind a cell's digest. */
  value?(cell: string, bytes: Uint8Array): void;
  /** Without it, view and text cells are left alone. */
  readonly drawing?: Drawing;
}

export class NotebookRuntime {
  readonly #host: RuntimeHost;
  readonly #runtime = new Runtime({}, undefinedName);
  readonly #module: Module = this.#runtime.module();
  readonly #mailbox: Mailbox;
  readonly #cells = new Map<string, CellRun>();
  readonly #given = new Map<string, Variable>();
  readonly #variables = new Map<string, { readonly variable: Variable; readonly value: unknown }>();
  readonly #evaluate: { value: Evaluate; view: Evaluate };
  #order: readonly CompiledCell[] = [];
  #settings = '';
  #running = 0;
  #waiting: ((root: Digest | null) => void)[] = [];

  constructor(host: RuntimeHost) {
    this.#host = host;
    this.#mailbox = new Mailbox(host);
    // Animation frames cost 16 ms each and never come in a hidden frame.
    // oxlint-disable-next-line no-underscore-dangle -- the runtime has no other way
    this.#runtime._computeSoon = () => Promise.resolve().then(() => this.#runtime._computeNow());
    const value = makeSandbox();
    this.#evaluate = { value, view: host.drawing ? makeSandbox(host.drawing.globals) : value };
    for (const [name, initial] of Object.entries(host.drawing?.variables ?? {})) this.set(name, initial);
  }

  /** Replaces the notebook: a cell whose digest is unchanged keeps its value; the others and what reads them run. */
  define(notebook: CompiledNotebook): void {
    const cells = notebook.cells.filter((cell) => this.#host.drawing || cell.kind === 'value' || cell.kind === 'sql');
    const settings = JSON.stringify([notebook.seed, notebook.uses]);
    const kept =
      settings === this.#settings ? new Map(cells.map((cell) => [cell.id, cell])) : new Map<string, CompiledCell>();
    this.#settings = settings;
    const versions = new Map(Array.from(this.#cells, ([id, { state }]) => [id, state.version]));
    for (const [id, run] of this.#cells) {
      if (kept.get(id)?.digest === run.cell.digest && !run.cell.error) run.moved(kept.get(id)!);
      else {
        run.delete();
        this.#cells.delete(id);
      }
    }
    this.#defineData(notebook);
    const namespaces = new Set(notebook.uses.map(namespaceOf));
    for (const cell of cells) {
      if (this.#cells.has(cell.id)) continue;
      const run = new CellRun(cell, {
        host: this.#host,
        module: this.#module,
        mailbox: this.#mailbox,
        evaluate: cell.kind === 'view' ? this.#evaluate.view : this.#evaluate.value,
        seed: notebook.seed,
        uses: notebook.uses,
        namespaces,
        version: versions.get(cell.id) ?? 0,
        count: (by) => this.#count(by),
      });
      this.#cells.set(cell.id, run);
    }
    this.#order = cells;
  }

  #defineData({ datasets }: CompiledNotebook): void {
    for (const [name, variable] of this.#given) {
      if (datasets.includes(name)) continue;
      variable.delete();
      this.#given.delete(name);
    }
    for (const name of datasets) {
      if (this.#given.has(name)) continue;
      const load = async (): Promise<Table> => new Table(await this.#host.dataset(name));
      this.#given.set(name, this.#module.variable().define(name, [], load));
    }
  }

  /** Gives a variable from outside (`width`, `dark`) a value; what reads it runs again if it is another. */
  set(name: string, value: unknown): void {
    const known = this.#variables.get(name);
    if (known && Object.is(known.value, value)) return;
    const variable = (known?.variable ?? this.#module.variable()).define(name, [], () => value);
    this.#variables.set(name, { variable, value });
  }

  /** Runs these cells again, or all, and what reads them. Settles when nothing runs; the root is null while a cell is unfinished. */
  async run(ids?: readonly string[]): Promise<Digest | null> {
    this.again(ids ?? [...this.#cells.keys()]);
    return this.settled();
  }

  /** Lets these cells run again, and what reads them. */
  again(ids: readonly string[]): void {
    for (const id of ids) {
      const run = this.#cells.get(id);
      if (!run) throw new AssayError('NOT_FOUND', `No cell has the id ${id}.`);
      run.again();
    }
  }

  /** When nothing is queued or running any more. */
  settled(): Promise<Digest | null> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#host.later(() => this.#count(0));
    });
  }

  /** SHA-256 over [[id, digest], …] of value and SQL cells in file order. Values that could be changed are looked at
   * again: all when `thorough`, else those that cells have read since. */
  root(thorough = false): Digest | null {
    const digests: [string, Digest][] = [];
    for (const { id, kind } of this.#order) {
      if (kind !== 'value' && kind !== 'sql') continue;
      const digest = this.#cells.get(id)!.seal(thorough);
      if (digest === null) return null;
      digests.push([id, digest]);
    }
    return digestValue(digests);
  }

  states(): CellState[] {
    return this.#order.map(({ id }) => this.#cells.get(id)!.state);
  }

  dispose(): void {
    this.#runtime.dispose();
  }

  #count(by: number): void {
    this.#running += by;
    if (this.#running > 0) return;
    this.#host.later(() => {
      if (this.#running > 0) return;
      const waiting = this.#waiting.splice(0);
      const root = this.root(waiting.length > 0);
      this.#mailbox.flush();
      this.#host.root(root);
      for (const resolve of waiting) resolve(root);
    });
  }
}

function undefinedName(name: string): never {
  throw new AssayError('CELL_NAME_UNKNOWN', `${name} is not defined.`);
}
