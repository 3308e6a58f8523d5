/** One cell in the running notebook: from its inputs to frozen, hashed outputs, and what it reports on the way. */
import { concatBytes } from '#common/bytes.ts';
import type { Module, Variable } from './observable.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CellState, CompiledCell } from '#common/notebook.ts';
import { digestParts, digestValue } from '#common/value/value.ts';
import { sumOf } from '#common/value/sum.ts';
import { failureDigest, failureOf } from './failure.ts';
import type { Mailbox } from './mailbox.ts';
import { ownInput, Present, type PresentContext } from './present.ts';
import type { RuntimeHost } from './runtime.ts';
import type { CellFunction, Evaluate } from './sandbox.ts';
import { runSql, type SqlRequest } from './sql.ts';
import { describeOutputs, encodeOutputs, freezeDeep, isPrimitive, type Outputs } from './values.ts';

export interface CellContext extends PresentContext {
  readonly host: RuntimeHost;
  readonly module: Module;
  readonly mailbox: Mailbox;
  readonly evaluate: Evaluate;
  /** Of the last run of a cell with this id: versions go on rising when its text is replaced. */
  readonly version: number;
  /** +1 when a cell is queued, −1 when it ends. */
  count(by: number): void;
}

/** Which cell made an object, so that reading it marks that cell to be looked at again. */
const makers = new WeakMap<object, CellRun>();

const MUTATED = 'Another cell, or this one after it had ended, changed what this cell gave.';

export class CellRun {
  cell: CompiledCell;
  readonly #context: CellContext;
  readonly #main: Variable;
  /** The main variable's name: the one output's own, where there is one, since each variable costs a turn of the queue. */
  readonly #name: string;
  readonly #lone: boolean;
  readonly #names: readonly Variable[];
  /** What other cells, data and the host give; the run itself gives the rest. */
  readonly #inputs: readonly string[];
  #function: CellFunction | null = null;
  #present: Present | null = null;
  #state: CellState;
  #counted = false;
  #version: number;
  /** Replaced by another text: the runtime still lets go of its variables, but nobody is told. */
  #deleted = false;
  /** Of a cell that is done. */
  #outputs: Outputs | null = null;
  #hashed = true;
  /** Of outputs that can still be changed, when the cell ended. */
  #sum: string | null = null;
  #touched = false;

  constructor(cell: CompiledCell, context: CellContext) {
    this.cell = cell;
    this.#context = context;
    this.#version = context.version;
    this.#state = { id: cell.id, version: context.version, status: 'idle' };
    this.#inputs = cell.error ? [] : cell.inputs.filter((name) => !ownInput(name, context.namespaces));
    this.#main = context.module.variable({
      pending: () => this.#queued(),
      fulfilled: () => this.#ended(),
      rejected: (error) => this.#failed(error),
    });
    // What a view cell gives may be a generator, which would run the cell's own variable again and again.
    this.#lone = cell.outputs.length === 1 && (cell.kind === 'value' || cell.kind === 'sql');
    this.#name = this.#lone ? cell.outputs[0]! : `cell ${cell.id}`;
    this.#define();
    this.#names = (this.#lone ? [] : cell.outputs).map((name) =>
      context.module.variable().define(name, [this.#name], (outputs: Outputs) => outputs[name]),
    );
  }

  get state(): CellState {
    if (!this.#hashed) this.#hash();
    return this.#state;
  }

  /** The same cell at another place of the file. */
  moved(cell: CompiledCell): void {
    this.cell = cell;
  }

  again(): void {
    this.#define();
  }

  delete(): void {
    this.#deleted = true;
    this.#present?.end(true);
    this.#context.mailbox.drop(this);
    for (const variable of this.#names) variable.delete();
    this.#main.delete();
    this.#uncount();
  }

  /** The digest that goes into the root; null while there is none. */
  seal(thorough: boolean): Digest | null {
    const { status } = this.state;
    if (status === 'done' && this.#sum !== null && (thorough || this.#touched)) {
      this.#touched = false;
      if (!this.#isSame()) this.#changed();
    }
    return this.#state.digest ?? null;
  }

  #isSame(): boolean {
    try {
      return sumOf(encodeOutputs(this.#outputs!)) === this.#sum;
    } catch {
      return false; // it became something that has no bytes
    }
  }

  #define(): void {
    this.#main.define(this.#name, this.#inputs, (...given: unknown[]) => this.#execute(given));
  }

  #queued(): void {
    if (this.#deleted) return;
    this.#present?.end(true);
    this.#present = null;
    this.#hashed = true;
    this.#outputs = null;
    this.#report('queued', false);
    if (this.#counted) return;
    this.#counted = true;
    this.#context.count(1);
  }

  #execute(given: readonly unknown[]): unknown {
    const { cell } = this;
    if (cell.error) throw new Error(cell.error.message);
    for (const value of given) {
      const maker = typeof value === 'object' && value !== null ? makers.get(value) : undefined;
      if (maker) maker.#touched = true;
    }
    const present = (this.#present = new Present(cell, this.#context));
    // The first run of this text may never end; later ones are reported together.
    this.#report('running', this.#function === null);
    const ready = this.#context.host.drawing?.ready(cell) ?? null;
    if (ready) return present.race(ready.then(() => (present.isOver ? NOTHING : this.#run(given, present))));
    return this.#run(given, present);
  }

  #run(given: readonly unknown[], present: Present): unknown {
    const { cell } = this;
    this.#function ??= this.#context.evaluate(cell);
    const inputs = given.length === cell.inputs.length ? given : this.#allInputs(given, present);
    const result = this.#function(...inputs);
    const finish = (outputs: Outputs): unknown => this.#finish(outputs, present);
    if (cell.kind === 'sql') return present.race(this.#query(result as SqlRequest)).then(finish);
    const waits = result instanceof Promise || Object.values(result as Outputs).some(isPromise);
    return waits ? present.race(settle(result)).then(finish) : finish(result as Outputs);
  }

  #allInputs(given: readonly unknown[], present: Present): unknown[] {
    let next = 0;
    return this.cell.inputs.map((name) =>
      ownInput(name, this.#context.namespaces) ? present.input(name) : given[next++],
    );
  }

  async #query(request: SqlRequest | Promise<SqlRequest>): Promise<Outputs> {
    const ready = await request;
    return { [ready.name]: await runSql(await this.#context.host.sql(), ready) };
  }

  /** @returns what the main variable holds */
  #finish(result: Outputs, present: Present): unknown {
    const { cell } = this;
    const outputs = Object.freeze(result);
    this.#outputs = outputs;
    const { id, version } = this.#state;
    const settled = { id, version, status: 'done', ms: present.elapsed(), receipts: present.receipts } as const;
    if (cell.kind === 'view' || cell.kind === 'text') {
      this.#state = settled;
      this.#context.host.drawing?.show(cell, outputs);
      return outputs;
    }
    const values = Object.values(outputs);
    this.#hashed = false;
    this.#sum = null;
    if (values.every(isPrimitive)) {
      this.#state = settled;
      this.#context.host.value?.(cell.id, concatBytes(encodeOutputs(outputs)));
    } else {
      this.#seal(outputs, settled);
    }
    present.end(false);
    this.#context.host.drawing?.show(cell, outputs);
    return this.#lone ? outputs[this.#name] : outputs;
  }

  /** Encoded once: for the digest, for the bytes that are asked for, for the sum that shows later changes. */
  #seal(outputs: Outputs, settled: CellState): void {
    const values = Object.values(outputs);
    const solid = values.map(freezeDeep).every(Boolean);
    for (const value of values) if (typeof value === 'object' && value !== null) makers.set(value, this);
    const parts = encodeOutputs(outputs);
    this.#sum = solid ? null : sumOf(parts);
    this.#state = { ...settled, digest: digestParts(parts) };
    this.#hash();
    this.#context.host.value?.(this.cell.id, concatBytes(parts));
  }

  /** Primitive outputs are hashed when somebody asks: a change through 1,000 cells must not wait for it. */
  #hash(): void {
    this.#hashed = true;
    const outputs = this.#outputs!;
    const described = describeOutputs(outputs, this.#context.host.digests);
    this.#state = { ...this.#state, digest: this.#state.digest ?? digestValue(outputs), outputs: described };
  }

  #ended(): void {
    if (this.#deleted) return;
    this.#context.mailbox.post(this, false);
    this.#uncount();
  }

  #failed(thrown: unknown): void {
    if (this.#deleted) return;
    const { error, name } = failureOf(thrown, this.cell);
    const receipts = this.#present?.receipts ?? [];
    this.#present?.end(true);
    this.#hashed = true;
    this.#outputs = null;
    const { id, version } = this.#state;
    const sealed = this.cell.kind === 'value' || this.cell.kind === 'sql';
    this.#state = {
      id,
      version,
      status: 'failed',
      error,
      receipts,
      ...(sealed ? { digest: failureDigest(name) } : {}),
    };
    this.#context.host.drawing?.fail(this.cell, error);
    this.#ended();
  }

  #changed(): void {
    const { id, version } = this.#state;
    const code = 'CELL_MUTATED';
    const { error } = failureOf(new AssayError(code, MUTATED), this.cell);
    this.#state = { id, version, status: 'failed', error, digest: failureDigest(code) };
    this.#context.mailbox.post(this, false);
  }

  #report(status: CellState['status'], urgent: boolean): void {
    const version = status === 'queued' ? ++this.#version : this.#version;
    this.#state = { id: this.cell.id, version, status };
    this.#context.mailbox.post(this, urgent);
  }

  #uncount(): void {
    if (!this.#counted) return;
    this.#counted = false;
    this.#context.count(-1);
  }
}

/** Of a run that was overtaken: nobody waits for it. */
const NOTHING: Outputs = Object.freeze({});

const isPromise = (value: unknown): boolean => value instanceof Promise;

/** Outputs that are promises count as what they promise. */
async function settle(result: unknown): Promise<Outputs> {
  const outputs: [string, unknown][] = [];
  for (const [name, value] of Object.entries((await result) as Outputs)) outputs.push([name, await value]);
  return Object.fromEntries(outputs);
}
