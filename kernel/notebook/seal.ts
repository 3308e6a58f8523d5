/**
 * Sealing: the kernel runs the notebook itself, in an empty environment, with a receipt for each step, and binds all of it into one
 * bundle. The page's own results play no part; its root is only compared.
 */
import { nanoid } from 'nanoid';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { finishBundle, prepareBundle } from '#common/bundle.ts';
import type { BundleArtifact, BundleCell, BundleFile } from '#common/bundle-types.ts';
import type { CellState, CompiledNotebook, NotebookRun } from '#common/notebook.ts';
import { parseProof } from '#common/proof.ts';
import { VALUE_MEDIA_TYPE } from '#common/value.ts';
import { parseReceipt, type Comparator, type LoggedReceipt } from '#common/receipt.ts';
import type { Kernel } from '../kernel.ts';
import { compileNotebook } from './compile.ts';
import { environment } from './environment.ts';
import { runHeadless } from './headless.ts';
import { draft, failedCell, openRecording, sealedCells, type Recording } from './recording.ts';
import { keepSeal, type SealEntry } from './seals.ts';

export interface SealRequest {
  /** The file's name without `.md`, and its text. */
  readonly notebook: { readonly name: string; readonly text: string };
  /** What the page shows: refused with SEAL_ROOT_DIFFERS when the kernel's run gives another. */
  readonly root?: Digest | undefined;
  /** The page's digest of each cell, so that the error can name the cells. */
  readonly cells?: Readonly<Record<string, Digest>> | undefined;
  /** How a re-run will be compared; logged before the run. Every cell exactly unless given. */
  readonly comparators?: readonly Comparator[] | undefined;
  /** Names the run in events. */
  readonly id?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  onStates?(states: readonly CellState[]): void;
}

export interface Sealed extends SealEntry {
  readonly cells: readonly BundleCell[];
}

/** A cell's value travels in the bundle up to this size; a larger one is compared by its digest alone. */
const LARGEST_VALUE = 16 * 2 ** 20;
const LARGEST_FILE = 256 * 2 ** 20;
const EXACT: readonly Comparator[] = [{ of: '*', how: 'exact' }];

/**
 * @throws NOTEBOOK_INVALID, CELL_FAILED naming cell and line, SEAL_ROOT_DIFFERS, CANCELLED, TIMEOUT, STORE_* codes: nothing is sealed
 *   then; once the run began, its `open` and `close` stay in the log.
 */
export async function sealNotebook(kernel: Kernel, request: SealRequest): Promise<Sealed> {
  const { notebook, id = nanoid() } = request;
  const compiled = compileNotebook(notebook.text);
  refuseBroken(notebook.name, compiled);
  const say = (state: 'started' | 'cell' | 'done' | 'failed', more: object = {}): void =>
    void kernel.events.emit({ type: 'seal', call: id, notebook: notebook.name, state, ...more });
  say('started', { done: 0, total: sealedCells(compiled).length });
  try {
    const sealed = await seal(kernel, request, compiled, `seal/${id}`, say);
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
  request: SealRequest,
  compiled: CompiledNotebook,
  stream: string,
  say: Say,
): Promise<Sealed> {
  const { notebook, comparators = EXACT, signal } = request;
  const env = environment(compiled);
  const recording = await openRecording(kernel, { compiled, name: notebook.name, stream, comparators, env, signal });
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
  if (request.root !== undefined && request.root !== run.root) throw rootDiffers(request, run.root, cells);

  const all = await withAncestors(kernel, receipts);
  const prepared = prepareBundle({
    org: kernel.org,
    stream,
    notebook: { name: notebook.name, title: compiled.title, source: notebook.text },
    root: run.root,
    cells,
    data: await dataOf(kernel, all),
    artifacts: await artifactsOf(kernel, all, recording),
    env,
    comparators,
    receipts: all,
  });
  const log = await kernel.log();
  const receipt = await log.append(
    draft({ stream }, 'seal', {
      subject: [{ name: 'manifest-sha256.txt', digest: { sha256: prepared.manifestDigest } }],
      parents: [
        { digest: receipts.at(-1)!.id, role: 'close' },
        { digest: recording.open.id, role: 'open' },
      ],
      result: { notebook: notebook.name, root: run.root, cells: cells.length },
      comparators,
    }),
  );
  const proof = await log.proof(receipt.id);
  const { checkpoint } = parseProof(proof);
  const proofs = new Map([[receipt.id, proof]]);
  // A checkpoint that covers the seal covers all that came before it.
  for (const { id } of all) proofs.set(id, await log.proof(id, checkpoint));
  const bytes = finishBundle(prepared, {
    seal: receipt,
    dsse: await log.dsse(receipt.id),
    checkpoint,
    vkey: log.vkey,
    proofs,
  });
  const bundle = await kernel.artifacts.put(bytes);
  return { ...(await keepSeal(kernel, { id: receipt.id, notebook: notebook.name, root: run.root, bundle })), cells };
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

/** A cell that doesn't compile: nothing need run to know that. */
function refuseBroken(name: string, compiled: CompiledNotebook): void {
  const broken = compiled.cells.find((cell) => cell.error !== undefined);
  if (broken?.error === undefined) return;
  const { code, message, line, column } = broken.error;
  throw new AssayError('CELL_FAILED', `Cell “${broken.id}”: ${message}`, {
    where: `${name}.md:${line}:${column}`,
    details: { cells: [{ id: broken.id, code, message, line }] },
  });
}

function rootDiffers(request: SealRequest, found: Digest, cells: readonly BundleCell[]): AssayError {
  const page = request.cells;
  const differ = page === undefined ? [] : cells.filter(({ id, digest }) => page[id] !== digest).map(({ id }) => id);
  const which =
    differ.length === 0
      ? ''
      : ` They differ in ${differ
          .slice(0, 8)
          .map((id) => `“${id}”`)
          .join(', ')}${differ.length > 8 ? ` and ${differ.length - 8} more` : ''}.`;
  return new AssayError(
    'SEAL_ROOT_DIFFERS',
    `The page’s root is ${request.root!.slice(0, 12)}…, the kernel’s ${found.slice(0, 12)}….${which}`,
    {
      where: `${request.notebook.name}.md`,
      details: { page: request.root, kernel: found, cells: differ },
    },
  );
}

/** The stream's receipts and whatever they follow from in other streams. */
async function withAncestors(kernel: Kernel, receipts: readonly LoggedReceipt[]): Promise<readonly LoggedReceipt[]> {
  const log = await kernel.log();
  const found = new Map(receipts.map((receipt) => [receipt.id, receipt]));
  for (const { body } of found.values())
    for (const { digest } of parseReceipt(body).predicate.parents) {
      if (found.has(digest)) continue;
      const parent = await log.get(digest);
      if (parent !== undefined) found.set(digest, parent);
    }
  return [...found.values()];
}

/** The files that data sets were read from, under the names by which a re-run will look for them. */
async function dataOf(kernel: Kernel, receipts: readonly LoggedReceipt[]): Promise<BundleFile[]> {
  const files = new Map<string, Digest>();
  for (const { body } of receipts) {
    const { method, materials } = parseReceipt(body).predicate;
    if (method?.startsWith('datasets.') === true) for (const { name, digest } of materials) files.set(name, digest);
  }
  const kept: BundleFile[] = [];
  for (const [name, digest] of files)
    if (await fits(kernel, digest)) kept.push({ name, bytes: await kernel.artifacts.get(digest) });
  return kept;
}

/** Inputs and results of the calls, models, and whatever else the calls wrote. */
async function artifactsOf(
  kernel: Kernel,
  receipts: readonly LoggedReceipt[],
  { carried: values }: Recording,
): Promise<BundleArtifact[]> {
  const kept = new Map<Digest, BundleArtifact>();
  for (const { body } of receipts) {
    const { subject, predicate } = parseReceipt(body);
    const { method, params } = predicate;
    if (method === null) continue;
    const told = subject.map(({ name, digest }) => ({ title: `${method} ${name}`, digest: digest.sha256 }));
    if (params !== null) told.push({ title: `${method} input`, digest: params });
    for (const { title, digest } of told) {
      const value = values.get(digest);
      const bytes = value?.bytes ?? ((await fits(kernel, digest)) ? await kernel.artifacts.get(digest) : undefined);
      if (bytes !== undefined)
        kept.set(digest, {
          digest,
          bytes,
          title: value?.title ?? title,
          ...(value === undefined ? {} : { mediaType: VALUE_MEDIA_TYPE }),
        });
    }
  }
  return [...kept.values()];
}

async function fits({ artifacts }: Kernel, digest: Digest): Promise<boolean> {
  return (await artifacts.has(digest)) && (await artifacts.size(digest)) <= LARGEST_FILE;
}
