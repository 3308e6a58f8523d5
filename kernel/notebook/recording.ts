/**
 * A notebook's run while it becomes evidence: every call, data set and cell is a receipt of one stream, each naming those it came from.
 * `open` stands in the log before anything runs and `close` after everything ran, with the count, so that nothing can be left out.
 */
import { BLANK } from '#common/receipt/blank.ts';
import { sha256Hex } from '#crypto';
import { STAMP_MATERIAL } from '#common/verify/time.ts';
import type { Digest, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { isUsed } from '#common/cells/names.ts';
import type { CellState, CompiledCell, CompiledNotebook } from '#common/notebook.ts';
import type { Comparator, Kind, LoggedReceipt, Parent, ReceiptDraft } from '#common/receipt/receipt.ts';
import type { Kernel } from '../kernel.ts';
import { createLineage, unique, type CarriedValue } from './recording-lineage.ts';

export interface RecordingOptions {
  readonly compiled: CompiledNotebook;
  /** The file's name without `.md`. */
  readonly name: string;
  readonly stream: string;
  readonly comparators: readonly Comparator[];
  readonly env: ReceiptDraft['env'];
  readonly signal?: AbortSignal | undefined;
  /** An authority's time stamp on the notebook, which shows that nothing of this was logged before it. */
  readonly stamp?: Uint8Array | undefined;
}

export interface Recording {
  readonly open: LoggedReceipt;
  /** A method on behalf of a cell. @throws the method's coded error */
  call(cell: string, method: string, input: unknown): Promise<{ readonly result: unknown; readonly receipt: Digest }>;
  dataset(name: string): Promise<TableData>;
  /** Inputs and results of the calls, as receipts name them; those too large to carry are left out. */
  readonly carried: ReadonlyMap<Digest, CarriedValue>;
  /** Logs the receipt of each value and SQL cell that is done. */
  states(states: readonly CellState[]): void;
  /** Waits for all receipts, then logs `close`. @returns all receipts of the stream in order of `seq`, `close` the last */
  close(outcome: Outcome): Promise<readonly LoggedReceipt[]>;
}

interface Outcome {
  readonly outcome: 'done' | 'failed' | 'cancelled';
  readonly root: Digest | null;
}

/** A receipt takes 64 KB; a cell that calls a method a thousand times names the first calls, and the number of all. */
const MOST_PARENTS = 400;

export async function openRecording(kernel: Kernel, options: RecordingOptions): Promise<Recording> {
  const { compiled, stream, signal } = options;
  const log = await kernel.log();
  const open = await log.append(
    draft(options, 'open', {
      subject: [{ name: 'notebook.md', digest: { sha256: compiled.digest } }],
      materials: options.stamp === undefined ? [] : [{ name: STAMP_MATERIAL, digest: sha256Hex(options.stamp) }],
      env: options.env,
      comparators: options.comparators,
      result: { notebook: options.name, title: compiled.title.slice(0, 200), cells: sealedCells(compiled).length },
    }),
  );
  const opened: Parent = { digest: open.id, role: 'open' };
  const cells = new Map(sealedCells(compiled).map((cell) => [cell.id, cell]));
  const definedBy = new Map(
    sealedCells(compiled).flatMap((cell) => cell.outputs.map((name) => [name, cell.id] as const)),
  );
  const lineage = createLineage();
  const datasets = new Map<string, Promise<Called>>();
  const calls = new Map<string, Parent[]>();
  const done = new Map<string, Promise<Parent>>();
  let failure: unknown;

  /** What a cell reads: the data sets and cells among its inputs, as receipts. */
  const readBy = async (cell: CompiledCell): Promise<Parent[]> => {
    const found = cell.inputs.map((name) =>
      compiled.datasets.includes(name)
        ? datasets.get(name)?.then(({ parent }) => parent)
        : done.get(definedBy.get(name) ?? ''),
    );
    return (await Promise.all(found)).filter((parent) => parent !== undefined);
  };
  const recordedCall = async (method: string, input: unknown, parents: readonly Parent[]): Promise<Called> => {
    const { result, receipt } = await kernel.call(
      { method, input, stream, seed: compiled.seed },
      {
        parents: unique(parents).slice(0, MOST_PARENTS),
        onInput: (resolved) => lineage.carry(resolved, `${method} input`),
        ...(signal === undefined ? {} : { signal }),
      },
    );
    lineage.carry(result, `${method} result`);
    return { result, parent: lineage.remember(receipt) };
  };
  const cellReceipt = async (cell: CompiledCell, state: CellState): Promise<Parent> => {
    const called = calls.get(cell.id) ?? [];
    const parents = unique([opened, ...(await readBy(cell)), ...called]);
    const { id } = await log.append(
      draft(options, 'cell', {
        subject: [{ name: cell.id, digest: { sha256: state.digest! } }],
        parents: parents.slice(0, MOST_PARENTS),
        result: {
          cell: cell.id,
          source: cell.digest,
          calls: called.length,
          outputs: Object.fromEntries((state.outputs ?? []).slice(0, 100).map(({ name, digest }) => [name, digest!])),
        },
      }),
    );
    return { digest: id, role: 'cell' };
  };

  return {
    open,
    carried: lineage.carried,
    async call(cell, method, input) {
      if (!isUsed(compiled.uses, method))
        throw new AssayError('FORBIDDEN', `The notebook does not name ${method} under \`uses\`.`, { where: cell });
      const source = cells.get(cell);
      const read = source === undefined ? [] : await readBy(source);
      const outcome = await recordedCall(method, input, [opened, ...read, ...lineage.mentioned(input)]);
      calls.set(cell, [...(calls.get(cell) ?? []), outcome.parent]);
      return { result: outcome.result, receipt: outcome.parent.digest };
    },
    async dataset(name) {
      if (!compiled.datasets.includes(name))
        throw new AssayError('FORBIDDEN', `The notebook does not name “${name}” under \`datasets\`.`);
      const read = datasets.get(name) ?? recordedCall('datasets.read', { name }, [opened]);
      datasets.set(name, read);
      return (await read).result as TableData;
    },
    states(states) {
      for (const state of states) {
        const cell = cells.get(state.id);
        if (cell === undefined || state.status !== 'done' || state.digest === undefined) continue;
        const receipt = cellReceipt(cell, state);
        receipt.catch((error: unknown) => (failure ??= error));
        done.set(state.id, receipt);
      }
    },
    async close({ outcome, root }) {
      await Promise.allSettled(done.values());
      const before = await log.stream(stream);
      const close = await log.append(
        draft(options, 'close', {
          parents: [opened],
          result: { count: before.length + 1, outcome: failure === undefined ? outcome : 'failed', root },
        }),
      );
      if (failure !== undefined) throw failure;
      return [...before, close];
    },
  };
}

interface Called {
  readonly result: unknown;
  readonly parent: Parent;
}

/** Cells whose values are sealed. */
export function sealedCells(compiled: CompiledNotebook): readonly CompiledCell[] {
  return compiled.cells.filter((cell) => cell.kind === 'value' || cell.kind === 'sql');
}

/** A receipt of the kernel itself, by no plugin; `given` says what is special about it. */
export function draft({ stream }: { readonly stream: string }, kind: Kind, given: Partial<ReceiptDraft>): ReceiptDraft {
  return {
    kind,
    stream,
    ...BLANK,
    ...given,
  };
}
