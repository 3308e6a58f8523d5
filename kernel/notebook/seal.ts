/**
 * Sealing: the kernel runs the notebook itself, in an empty environment, with a receipt for each step, and binds all of it into one
 * bundle. The page's own results play no part; its root is only compared.
 */
import { nanoid } from 'nanoid';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { attachedFiles } from '#common/bundle/attached.ts';
import { finishBundle, prepareBundle } from '#common/bundle/bundle.ts';
import type { BundleCell } from '#common/bundle/types.ts';
import { mergeComparators } from '#common/comparators.ts';
import type { CellState, CompiledNotebook, NotebookRun } from '#common/notebook.ts';
import { formatVkey, parseCheckpoint, parseVkey, splitNote } from '#common/tlog/note.ts';
import { stampedNote } from '#common/verify/time.ts';
import type { Comparator, LoggedReceipt, ReceiptDraft } from '#common/receipt/receipt.ts';
import type { Kernel } from '../kernel.ts';
import { noteAuthority, stamp, type Stamp } from '../timestamps.ts';
import type { Witnessed } from '../log/types.ts';
import { compileNotebook } from './compile.ts';
import { environment } from './environment.ts';
import { runHeadless } from './headless.ts';
import { draft, openRecording, sealedCells, type Recording } from './recording.ts';
import { artifactsOf, dataOf, withAncestors } from './seal-contents.ts';
import { failedCell, refuseBroken, refuseUnknown, rootDiffers } from './seal-errors.ts';
import { keepSeal, type SealEntry } from './seals.ts';

export interface SealRequest {
  /** The file's name without `.md`, and its text. */
  readonly notebook: { readonly name: string; readonly text: string };
  /** What the page shows: refused with SEAL_ROOT_DIFFERS when the kernel's run gives another. */
  readonly root?: Digest | undefined;
  /** The page's digest of each cell, so that the error can name the cells. */
  readonly cells?: Readonly<Record<string, Digest>> | undefined;
  /** How a re-run will be compared, over what the notebook says under `compare`; logged before the run. Exactly, where nothing is said. */
  readonly comparators?: readonly Comparator[] | undefined;
  /** Names the run in events. */
  readonly id?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  onStates?(states: readonly CellState[]): void;
}

export interface Sealed extends SealEntry {
  readonly cells: readonly BundleCell[];
  /** null: the log has no witnesses. When too few signed in time, the bundle holds all the same, and says so to who asks for them. */
  readonly witnesses: Witnessed | null;
  /** RFC 3339: a time-stamping authority saw the checkpoint before; null where none is configured, or none answered. */
  readonly stamped: string | null;
  /** Why there is no time stamp, where an authority was asked for one. */
  readonly unstamped: string | null;
}

/** How long a seal waits for witnesses, in milliseconds. */
const WITNESS_PATIENCE = 5_000;
/** A cell's value travels in the bundle up to this size; a larger one is compared by its digest alone. */
const LARGEST_VALUE = 16 * 2 ** 20;

/**
 * @throws NOTEBOOK_INVALID, CELL_FAILED naming cell and line, SEAL_ROOT_DIFFERS, CANCELLED, TIMEOUT, STORE_* codes: nothing is sealed
 *   then; once the run began, its `open` and `close` stay in the log.
 */
export async function sealNotebook(kernel: Kernel, request: SealRequest): Promise<Sealed> {
  const { notebook, id = nanoid() } = request;
  const compiled = compileNotebook(notebook.text);
  refuseBroken(notebook.name, compiled);
  const comparators = mergeComparators(compiled.compare, request.comparators ?? []);
  refuseUnknown(notebook.name, compiled, comparators);
  const say = (state: 'started' | 'cell' | 'done' | 'failed', more: object = {}): void =>
    void kernel.events.emit({ type: 'seal', call: id, notebook: notebook.name, state, ...more });
  say('started', { done: 0, total: sealedCells(compiled).length });
  try {
    const sealed = await seal(kernel, { ...request, comparators }, compiled, `seal/${id}`, say);
    say('done');
    return sealed;
  } catch (error) {
    say('failed', { error: AssayError.from(error).toJSON() });
    throw error;
  }
}

type Say = (state: 'cell', more: { cell: string; done: number; total: number }) => void;

async function seal(
  kernel: Kernel,
  request: SealRequest & Pick<ReceiptDraft, 'comparators'>,
  compiled: CompiledNotebook,
  stream: string,
  say: Say,
): Promise<Sealed> {
  const { notebook, comparators, signal } = request;
  const env = environment(compiled);
  await noteAuthority(await kernel.log(), kernel.home);
  const announced = await stampOf(kernel, () => new TextEncoder().encode(notebook.text), signal);
  const recording = await openRecording(kernel, {
    compiled,
    name: notebook.name,
    stream,
    comparators,
    env,
    signal,
    stamp: announced?.reply,
  });
  const values = new Map<string, Uint8Array>();
  const run = await runRecorded(compiled, recording, request, values, say);
  const failed = failedCell(notebook.name, compiled, run.cells);
  const receipts = await recording.close({
    outcome: failed === null ? 'done' : 'failed',
    root: failed === null ? run.root : null,
  });
  if (failed !== null) throw failed;
  const digests = new Map(run.cells.map((cell) => [cell.id, cell.digest]));
  const cells = sealedCells(compiled).map((cell): BundleCell => ({
    id: cell.id,
    digest: digests.get(cell.id)!,
    value: values.get(cell.id),
  }));
  if (request.root !== undefined && request.root !== run.root)
    throw rootDiffers(notebook.name, request.root, run.root, differing(request, cells));

  return bind(kernel, {
    request,
    compiled,
    stream,
    env,
    comparators,
    recording,
    receipts,
    root: run.root,
    cells,
    announced,
  });
}

/** Cells that the page, if it told its digests, shows otherwise. */
function differing({ cells: page }: SealRequest, cells: readonly BundleCell[]): string[] {
  return page === undefined ? [] : cells.filter(({ id, digest }) => page[id] !== digest).map(({ id }) => id);
}

interface Finished {
  readonly request: SealRequest;
  readonly compiled: CompiledNotebook;
  readonly stream: string;
  readonly env: ReceiptDraft['env'];
  readonly comparators: readonly Comparator[];
  readonly recording: Recording;
  /** Of the stream, `open` to `close`. */
  readonly receipts: readonly LoggedReceipt[];
  readonly root: Digest;
  readonly cells: readonly BundleCell[];
  /** The notebook's time stamp, which `open` names. */
  readonly announced: Stamp | null;
}

/** Lays out the bundle, logs the seal over its manifest, and adds the proofs that the log can give only then. */
async function bind(kernel: Kernel, finished: Finished): Promise<Sealed> {
  const { request, compiled, stream, env, comparators, recording, receipts, root, cells, announced } = finished;
  const { name, text } = request.notebook;
  const all = await withAncestors(kernel, receipts);
  const prepared = prepareBundle({
    org: kernel.org,
    stream,
    root,
    cells,
    env,
    comparators,
    receipts: all,
    notebook: { name, title: compiled.title, source: text },
    data: await dataOf(kernel, all),
    artifacts: await artifactsOf(kernel, all, recording.carried),
  });
  const log = await kernel.log();
  const seal = await log.append(
    draft({ stream }, 'seal', {
      subject: [{ name: 'manifest-sha256.txt', digest: { sha256: prepared.manifestDigest } }],
      parents: [
        { digest: receipts.at(-1)!.id, role: 'close' },
        { digest: recording.open.id, role: 'open' },
      ],
      result: { notebook: name, root, cells: cells.length },
      comparators,
    }),
  );
  const { note: checkpoint, witnesses } = await log.cosigned(seal.index + 1, WITNESS_PATIENCE);
  const keys = await log.keyReceipts(Number(parseCheckpoint(splitNote(checkpoint).text).size));
  const signer = log.keys().at(seal.index);
  // A checkpoint that covers the seal covers all that came before it.
  const proofs = await log.proofs([...prepared.receipts, ...keys, seal], checkpoint);
  const indices = prepared.together.map(({ index }) => index);
  let unstamped: string | null = null;
  const stamped = await stampOf(
    kernel,
    () => stampedNote(checkpoint, splitNote(checkpoint).text, parseVkey(log.vkey)),
    request.signal,
    (why) => (unstamped = why),
  );
  const stamps = { notebook: announced?.reply, checkpoint: stamped?.reply };
  const bytes = finishBundle(prepared, {
    seal,
    dsse: await log.dsse(seal.id),
    tools: await log.signForTools(seal.id, prepared.manifest),
    checkpoint,
    vkey: log.vkey,
    keys: { receipts: keys, signer: signer.after === null ? null : formatVkey(signer.vkey) },
    proofs,
    ...(indices.length === 0 ? {} : { multiproof: await log.multiproof(indices, checkpoint) }),
    stamps,
    attached: await log.signAttached(seal.id, attachedFiles(checkpoint, stamps)),
  });
  const bundle = await kernel.artifacts.put(bytes);
  return {
    ...(await keepSeal(kernel, { id: seal.id, notebook: name, root, bundle })),
    cells,
    witnesses,
    stamped: stamped?.before ?? null,
    unstamped,
  };
}

/** A seal without its time stamp is a seal all the same: what went wrong is in the kernel's log, and told. */
async function stampOf(
  kernel: Kernel,
  data: () => Uint8Array,
  signal?: AbortSignal,
  tell?: (why: string) => void,
): Promise<Stamp | null> {
  try {
    return await stamp(kernel.home, data(), signal);
  } catch (err) {
    kernel.logger.warn({ err }, 'the seal has no time stamp');
    tell?.(AssayError.from(err).message);
    return null;
  }
}

/** The run itself. However it ends, `close` says so in the log; when it doesn't settle, here. */
async function runRecorded(
  compiled: CompiledNotebook,
  recording: Recording,
  request: SealRequest,
  values: Map<string, Uint8Array>,
  say: Say,
): Promise<NotebookRun> {
  const { signal, timeoutMs } = request;
  const total = sealedCells(compiled).length;
  const done = new Set<string>();
  try {
    return await runHeadless(compiled, {
      call: recording.call,
      dataset: recording.dataset,
      onStates(states) {
        recording.states(states);
        request.onStates?.(states);
        for (const { id, status } of states)
          if (status === 'done' && !done.has(id)) say('cell', { cell: id, done: done.add(id).size, total });
      },
      onValue(cell, bytes) {
        if (bytes.length <= LARGEST_VALUE) values.set(cell, bytes);
        else values.delete(cell);
      },
      ...(signal === undefined ? {} : { signal }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  } catch (error) {
    await recording
      .close({ outcome: signal?.aborted === true ? 'cancelled' : 'failed', root: null })
      .catch(() => undefined);
    throw error;
  }
}
