/** What one run of a cell has to itself: random numbers, clock, plugin methods. It ends with the run. */
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CellState, CompiledCell } from '#common/notebook.ts';
import { Table } from '#common/data/table.ts';
import { EPOCH, makeDate } from './date.ts';
import { inOrder } from './in-order.ts';
import { makeMath } from './math.ts';
import { CELL_GLOBALS, isUsed, namespaceOf } from './names.ts';
import { seededRandom } from './random.ts';
import type { Outputs } from './values.ts';

/** What draws view and text cells, and shows values: the frame. */
export interface Drawing {
  /** The document and its kin, for the compartment of view cells. */
  readonly globals: Readonly<Record<string, unknown>>;
  /** Variables that the frame changes: `width`, `dark`. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** `Plot`, `html`, `svg`, `md`, `display` for one run of a cell; undefined for other names. */
  input(cell: CompiledCell, name: string): unknown;
  /** Drawings of a plugin, by name, for one run of a cell; what they are told besides the value is the frame's. */
  views(cell: CompiledCell, plugin: string): Readonly<Record<string, (value: unknown, options?: object) => unknown>>;
  /** Before a cell runs: null, or a promise when something has to be loaded first. */
  ready(cell: CompiledCell): Promise<void> | null;
  show(cell: CompiledCell, outputs: Outputs): void;
  fail(cell: CompiledCell, error: NonNullable<CellState['error']>): void;
}

export interface PresentContext {
  readonly host: {
    call(
      cell: string,
      method: string,
      input: unknown,
    ): Promise<{ readonly result: unknown; readonly receipt?: Digest }>;
    clock(): number;
    readonly drawing?: Drawing;
  };
  readonly seed: number;
  readonly uses: readonly string[];
  /** Variable names of the plugins under `uses`. */
  readonly namespaces: ReadonlySet<string>;
}

const DRAWN: ReadonlySet<string> = new Set(['Plot', 'html', 'svg', 'md', 'display']);
const OWN: ReadonlySet<string> = new Set([...CELL_GLOBALS, ...DRAWN]);

/** Whether a name is given by the run itself and not by a variable of the notebook. */
export const ownInput = (name: string, namespaces: ReadonlySet<string>): boolean =>
  OWN.has(name) || namespaces.has(name);

export class Present {
  readonly receipts: Digest[] = [];
  readonly #cell: CompiledCell;
  readonly #context: PresentContext;
  readonly #started: number;
  #open = true;
  #over = false;
  #abandon: ((reason: AssayError) => void) | null = null;
  #random: (() => number) | null = null;
  #now: (() => number) | null = null;

  constructor(cell: CompiledCell, context: PresentContext) {
    this.#cell = cell;
    this.#context = context;
    this.#started = context.host.clock();
  }

  /** Milliseconds, to a hundredth. */
  elapsed(): number {
    return Math.round((this.#context.host.clock() - this.#started) * 100) / 100;
  }

  input(name: string): unknown {
    if (name === 'Math') return makeMath(this.random);
    if (name === 'Date') return harden(makeDate(this.now));
    if (name === 'random') return this.random;
    if (name === 'now') return this.now;
    if (DRAWN.has(name)) return this.#context.host.drawing?.input(this.#cell, name);
    return this.#namespace(name);
  }

  /** Settles with the promise, or rejects as soon as a newer run takes over. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#abandon = reject;
      promise.then(resolve, reject);
    });
  }

  /** `over`: the run is given up, and may call nothing any more; view cells stay open until then. */
  end(over: boolean): void {
    const { kind } = this.#cell;
    if (over || kind === 'value' || kind === 'sql') this.#open = false;
    this.#over ||= over;
    if (over) this.#abandon?.(new AssayError('CANCELLED', 'A newer run of the cell took over.'));
  }

  /** A newer run took over, or the cell is gone. */
  get isOver(): boolean {
    return this.#over;
  }

  /** Made when first asked for: most cells ask for neither. */
  get random(): () => number {
    return (this.#random ??= this.#makeRandom());
  }

  get now(): () => number {
    return (this.#now ??= this.#makeNow());
  }

  #makeRandom(): () => number {
    const next = seededRandom(this.#context.seed, this.#cell.id);
    return Object.freeze(() => {
      this.#check('random()');
      return next();
    });
  }

  #makeNow(): () => number {
    let ticks = 0;
    return Object.freeze(() => {
      this.#check('now()');
      return EPOCH + ticks++;
    });
  }

  #check(what: string): void {
    if (!this.#open)
      throw new AssayError('CELL_CLOCK', `${what} of the cell ${this.#cell.id} was asked for after it had ended.`);
  }

  /** A plugin's methods, and in view cells its drawings. */
  #namespace(name: string): object {
    const { uses, host } = this.#context;
    const cell = this.#cell;
    const plugin = uses.find((use) => namespaceOf(use) === name)!.split('.', 1)[0]!;
    const drawings = cell.kind === 'view' ? (host.drawing?.views(cell, plugin) ?? {}) : {};
    return new Proxy(Object.freeze({}), {
      get: (_, method) => {
        if (typeof method !== 'string' || method === 'then') return undefined;
        if (Object.hasOwn(drawings, method)) return drawings[method];
        return (input: unknown) => this.#call(`${plugin}.${method}`, input);
      },
    });
  }

  async #call(method: string, input: unknown): Promise<unknown> {
    const { uses, host } = this.#context;
    const cell = this.#cell;
    if (!this.#open) throw new AssayError('CANCELLED', `${method} was called after the cell ${cell.id} had ended.`);
    if (!isUsed(uses, method)) throw new AssayError('NOT_USED', `${method} is not under \`uses\`.`, { where: method });
    const { result, receipt } = await host.call(cell.id, method, inOrder(input ?? {}));
    if (receipt !== undefined) this.receipts.push(receipt);
    return inOrder(result, (data) => new Table(data));
  }
}
