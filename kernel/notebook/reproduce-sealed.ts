/**
 * A verified bundle as a re-run needs it, out of bytes that need not fit into memory: data go to files, values are read when a cell differs,
 * of receipts stays which plugins were called and what their clocks said. It is read anew, so each file is held to what was verified.
 */
import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createSha256 } from '#crypto';
import { LONG_RUN, outputPath, PATHS } from '#common/bundle/layout.ts';
import type { ByteSource } from '#common/byte-source.ts';
import { concatBytes, toHex } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CompiledNotebook } from '#common/notebook.ts';
import { ReceiptLines } from '#common/receipt/lines.ts';
import { parseReceipt, type Comparator, type Statement } from '#common/receipt/receipt.ts';
import type { VerifyReport } from '#common/verify/types.ts';
import { contentsOf, streamZip, type StreamedFile } from '#common/zip/stream.ts';
import { makeFolder } from '../store/files.ts';
import { compileNotebook } from './compile.ts';

type Plugin = NonNullable<Statement['predicate']['plugin']>;

/** What the sealed run asked of plugins. */
export interface SealedCalls {
  readonly plugins: ReadonlyMap<string, Plugin>;
  /** The clock that each call of a method read, in the order in which they were logged. */
  readonly times: ReadonlyMap<string, number[]>;
}

export interface SealedRun {
  readonly compiled: CompiledNotebook;
  readonly root: Digest;
  readonly cells: readonly { readonly id: string; readonly digest: Digest }[];
  readonly comparators: readonly Comparator[];
  readonly env: Readonly<Record<string, unknown>>;
  readonly calls: SealedCalls;
  /** A cell's value as it was encoded; undefined when it was too large to travel. */
  value(digest: Digest): Promise<Uint8Array | undefined>;
}

const RECEIPT = /^receipts\/\d/;
const TEXTS: ReadonlySet<string> = new Set([PATHS.notebook, PATHS.cells, PATHS.comparators, PATHS.env]);

/** Data lie under `folder` then, by the names by which plugins look for them; names were checked with the zip. @throws BUNDLE_INVALID, CANCELLED, DISK_FULL */
export async function openSealed(
  source: ByteSource,
  { files: verified }: VerifyReport,
  folder: string,
  signal?: AbortSignal,
): Promise<SealedRun> {
  const options = { signal, holds: ({ name }: { readonly name: string }) => TEXTS.has(name) || RECEIPT.test(name) };
  const { files } = await streamZip(source, options);
  for (const { path, digest } of verified) if (files.get(path)?.digest !== digest) throw changed(path);
  const contents = (path: string): AsyncIterable<Uint8Array> => {
    const { entry, digest } = files.get(path)!;
    return checked(contentsOf(source, entry, options), path, digest);
  };
  for (const path of files.keys()) {
    if (!path.startsWith('data/')) continue;
    const to = join(folder, path.slice('data/'.length));
    await makeFolder(dirname(to));
    await pipeline(Readable.from(contents(path)), createWriteStream(to));
  }
  const text = (path: string): string =>
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(files.get(path)?.bytes ?? undefined);
  const { cells, root } = JSON.parse(text(PATHS.cells)) as Pick<SealedRun, 'cells' | 'root'>;
  return {
    cells,
    root,
    compiled: compileNotebook(text(PATHS.notebook)),
    comparators: JSON.parse(text(PATHS.comparators)) as Comparator[],
    env: JSON.parse(text(PATHS.env)) as Record<string, unknown>,
    calls: await callsIn(files, contents),
    async value(digest) {
      const path = outputPath(digest);
      if (!files.has(path)) return undefined;
      const chunks: Uint8Array[] = [];
      for await (const chunk of contents(path)) chunks.push(chunk);
      return concatBytes(chunks);
    },
  };
}

async function callsIn(
  files: ReadonlyMap<string, StreamedFile>,
  contents: (path: string) => AsyncIterable<Uint8Array>,
): Promise<SealedCalls> {
  const plugins = new Map<string, Plugin>();
  const times = new Map<string, number[]>();
  const note = (body: Uint8Array): void => {
    const { plugin, method, env } = parseReceipt(body).predicate;
    if (plugin !== null) plugins.set(plugin.name, plugin);
    const now = env['now'];
    if (method === null || typeof now !== 'number') return;
    const said = times.get(method);
    if (said === undefined) times.set(method, [now]);
    else said.push(now);
  };
  if (files.has(LONG_RUN.receipts)) {
    const lines = new ReceiptLines((bytes, start, end) => note(bytes.subarray(start, end)));
    for await (const chunk of contents(LONG_RUN.receipts)) lines.push(chunk);
  }
  const paths = [...files.keys()].filter((path) => RECEIPT.test(path)).toSorted();
  for (const path of paths) note(files.get(path)!.bytes!);
  return { plugins, times };
}

/** Copies, since the next read writes over what was read. @throws BUNDLE_INVALID at the end, when it is not what was verified */
async function* checked(chunks: AsyncIterable<Uint8Array>, path: string, expected: Digest): AsyncGenerator<Uint8Array> {
  const hash = createSha256();
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk.slice();
  }
  if (toHex(hash.digest()) !== expected) throw changed(path);
}

function changed(path: string): AssayError {
  return new AssayError('BUNDLE_INVALID', 'The bundle was changed while it was read.', { where: path });
}
