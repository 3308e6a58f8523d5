/** Where a command's work is done: by the kernel that runs on the home already, else by one of its own that lasts as long as it does. */
import type { Digest, TableData } from '../common/data.ts';
import { isUsed } from '../common/cells/names.ts';
import { AssayError } from '../common/errors.ts';
import type { CellState, CompiledNotebook, NotebookRun } from '../common/notebook.ts';
import type { Comparator } from '../common/receipt/receipt.ts';
import type { Kernel } from '../kernel.ts';
import { runHeadless } from '../notebook/headless.ts';
import { findKernel, type RemoteKernel, type RemoteSealed } from './remote.ts';

export interface RunnerOptions {
  readonly projectDir: string;
  readonly home: string;
  readonly signal: AbortSignal;
}

interface RunOptions {
  readonly timeoutMs: number;
  onStates(states: readonly CellState[]): void;
}

export interface SealOptions extends RunOptions {
  readonly notebook: { readonly name: string; readonly text: string };
  readonly comparators: readonly Comparator[];
}

export interface SealResult {
  readonly root: Digest;
  readonly receipt: Digest;
  readonly bundle: Digest;
  readonly bytes: Uint8Array;
  readonly witnesses: RemoteSealed['witnesses'];
  readonly stamped: string | null;
  readonly unstamped: string | null;
}

export interface Runner {
  /** Calls of cells leave receipts in the organisation's own stream; without calls nothing is opened. */
  run(compiled: CompiledNotebook, options: RunOptions): Promise<NotebookRun>;
  seal(options: SealOptions): Promise<SealResult>;
  close(): Promise<void>;
}

export function openRunner({ projectDir, home, signal }: RunnerOptions): Runner {
  let remote: Promise<RemoteKernel | null> | undefined;
  let own: Promise<Kernel> | undefined;
  const running = (): Promise<RemoteKernel | null> => (remote ??= findKernel(home));
  const kernel = (): Promise<Kernel> =>
    (own ??= import('../kernel.ts').then(({ openKernel }) => openKernel({ projectDir, home })));

  const call = async (method: string, input: unknown, seed: number): Promise<{ result: unknown; receipt: Digest }> => {
    const other = await running();
    const { result, receipt } =
      other === null
        ? await (await kernel()).call({ method, input, seed }, { signal })
        : await other.call({ method, input, seed }, signal);
    return { result, receipt: receipt.id };
  };
  return {
    run: (compiled, { timeoutMs, onStates }) =>
      runHeadless(compiled, {
        call: async (cell, method, input) => {
          if (!isUsed(compiled.uses, method))
            throw new AssayError('FORBIDDEN', `The notebook does not name ${method} under \`uses\`.`, { where: cell });
          return call(method, input, compiled.seed);
        },
        dataset: async (name) => (await call('datasets.read', { name }, compiled.seed)).result as TableData,
        onStates,
        signal,
        timeoutMs,
      }),
    async seal({ notebook, comparators, timeoutMs, onStates }) {
      const other = await running();
      if (other !== null) {
        const { id, root, receipt, bundle, cells, witnesses, stamped, unstamped } = await other.seal(
          { notebook: notebook.name, source: notebook.text, comparators },
          signal,
        );
        onStates(cells.map((cell) => ({ ...cell, version: 1, status: 'done' })));
        return { root, receipt, bundle, witnesses, stamped, unstamped, bytes: await other.bundle(id, signal) };
      }
      const { sealNotebook } = await import('../notebook/seal.ts');
      const at = await kernel();
      const { root, receipt, bundle, witnesses, stamped, unstamped } = await sealNotebook(at, {
        notebook,
        timeoutMs,
        onStates,
        signal,
        ...(comparators.length === 0 ? {} : { comparators }),
      });
      return { root, receipt, bundle, witnesses, stamped, unstamped, bytes: await at.artifacts.get(bundle) };
    },
    async close() {
      await (await own?.catch(() => undefined))?.close();
    },
  };
}
