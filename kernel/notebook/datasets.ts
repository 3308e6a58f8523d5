/**
 * The data sets of a project: what the plugin `datasets` reads, kept at hand for pages, and the one place that writes new ones. The
 * first use of a data set by a kernel leaves its receipt; what is at hand afterwards is exactly what that receipt names.
 */
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '#crypto';
import type { Digest, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { Kernel } from '../kernel.ts';
import { codeOf, makeFolder, syncFolder, writeWhole } from '../store/files.ts';

interface DatasetEntry {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly source?: string;
  readonly licence?: string;
  /** What is wrong with its dataset.json. */
  readonly problem?: string;
}

export interface NewDataset {
  /** `[a-z][a-z0-9_]*`: the variable that cells see. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** As the person calls the file; its ending says the format unless `format` does. */
  readonly fileName?: string;
  readonly format?: string;
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly decimal?: string;
  readonly title?: string;
  readonly description?: string;
  readonly source?: string;
  readonly licence?: string;
}

export interface Datasets {
  /** By name. */
  list(): Promise<readonly DatasetEntry[]>;
  /** What dataset.json says and a summary of every column. @throws NOT_FOUND, DATASET_INVALID, DATASET_CHANGED */
  describe(name: string): Promise<unknown>;
  /** @throws NOT_FOUND, DATASET_INVALID naming line and column, DATASET_CHANGED */
  table(name: string): Promise<{ readonly table: TableData; readonly receipt: Digest }>;
  /** What `add` would make of these bytes: columns, summary, first rows. @throws DATASET_INVALID */
  inspect(data: Omit<NewDataset, 'name'>): Promise<unknown>;
  /** Writes datasets/<name>/. @throws NAME_INVALID, DATASET_EXISTS, DATASET_INVALID, DISK_FULL */
  add(data: NewDataset): Promise<DatasetEntry>;
}

const NAME = /^[a-z][a-z0-9_]{0,62}$/;
const ENDINGS = { csv: 'csv', tsv: 'tsv', json: 'json', ndjson: 'ndjson', parquet: 'parquet', arrow: 'arrow' } as const;
/** Cells that are kept at hand, over all data sets: a column of a million numbers is a million. */
const AT_HAND = 50_000_000;

interface Kept {
  readonly version: string;
  readonly table: TableData;
  readonly receipt: Digest;
}

interface Inspected {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly read: { readonly format: keyof typeof ENDINGS };
}

export function openDatasets(kernel: Kernel): Datasets {
  const folder = join(kernel.projectDir, 'datasets');
  /** In the order of use: the first is the one to let go. */
  const kept = new Map<string, Kept>();
  let listed: { readonly version: string; readonly entries: readonly DatasetEntry[] } | undefined;
  const described = new Map<string, { readonly version: string; readonly about: unknown }>();
  const call = async (method: string, input: unknown): Promise<{ result: unknown; receipt: Digest }> => {
    const { result, receipt } = await kernel.call({ method, input });
    return { result, receipt: receipt.id };
  };
  const keep = (name: string, entry: Kept): void => {
    kept.delete(name);
    kept.set(name, entry);
    let cells = 0;
    for (const [older, { table }] of [...kept].toReversed()) {
      cells += table.rows * table.columns.length;
      if (cells > AT_HAND && older !== name) kept.delete(older);
    }
  };
  const inspect = async ({
    bytes,
    fileName,
    format,
    encoding,
    delimiter,
    decimal,
  }: Omit<NewDataset, 'name'>): Promise<Inspected> => {
    const input = { bytes, ...given({ fileName, format, encoding, delimiter, decimal }) };
    return (await call('datasets.inspect', input)).result as Inspected;
  };

  return {
    inspect,
    async list() {
      const names = await readdir(folder).catch(() => []);
      const version = (
        await Promise.all(names.map(async (name) => `${name} ${await versionOf(join(folder, name))}`))
      ).join();
      if (listed?.version === version) return listed.entries;
      const { result } = await call('datasets.list', {});
      listed = { version, entries: (result as { datasets: DatasetEntry[] }).datasets };
      return listed.entries;
    },
    async describe(name) {
      const version = await versionOf(join(folder, known(name)));
      const ready = described.get(name);
      if (ready?.version === version) return ready.about;
      const about = (await call('datasets.describe', { name })).result;
      described.set(name, { version, about });
      return about;
    },
    async table(name) {
      const version = await versionOf(join(folder, known(name)));
      const ready = kept.get(name);
      const entry = ready?.version === version ? ready : { version, ...(await read(name)) };
      keep(name, entry);
      return entry;
    },
    async add(data) {
      const { name, bytes, fileName } = data;
      if (!NAME.test(name))
        throw new AssayError(
          'NAME_INVALID',
          `“${name}” can’t be a variable: lower-case letters, digits and _, a letter first.`,
          { where: name },
        );
      const seen = await inspect(data);
      const file = `${name}.${ENDINGS[seen.read.format]}`;
      const about = {
        title: data.title ?? name.replaceAll('_', ' '),
        description: data.description ?? `Added from ${fileName ?? file}.`,
        source: data.source ?? fileName ?? 'unknown',
        licence: data.licence ?? 'unknown',
        columns: seen.columns.map(({ name, type }) => ({ name, type })),
        read: { file, ...seen.read, sha256: sha256Hex(bytes) },
      };
      await writeFolder(folder, name, { [file]: bytes, 'dataset.json': `${JSON.stringify(about, null, 2)}\n` });
      kernel.events.emit({ type: 'dataset', name });
      const { title, description, source, licence } = about;
      return { name, title, description, source, licence };
    },
  };

  async function read(name: string): Promise<{ table: TableData; receipt: Digest }> {
    const { result, receipt } = await call('datasets.read', { name });
    return { table: result as TableData, receipt };
  }
}

function known(name: string): string {
  if (!NAME.test(name)) throw new AssayError('NOT_FOUND', `There is no data set “${name}”.`);
  return name;
}

/** Changes when somebody edits dataset.json or replaces what lies beside it. */
async function versionOf(folder: string): Promise<string> {
  const times = await Promise.all(
    [folder, join(folder, 'dataset.json')].map((path) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return times.join(' ');
}

/** All of the folder or nothing: written beside, then renamed. */
async function writeFolder(
  parent: string,
  name: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  await makeFolder(parent);
  const beside = join(parent, `.${name}.part`);
  await rm(beside, { recursive: true, force: true });
  await makeFolder(beside);
  try {
    for (const [file, content] of Object.entries(files)) await writeWhole(join(beside, file), content);
    if (
      await stat(join(parent, name)).then(
        () => true,
        () => false,
      )
    )
      throw exists(name);
    await rename(beside, join(parent, name));
    await syncFolder(parent);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw ['EEXIST', 'ENOTEMPTY'].includes(codeOf(error) ?? '') ? exists(name) : error;
  }
}

function exists(name: string): AssayError {
  return new AssayError('DATASET_EXISTS', `There is a data set “${name}” already.`, { where: name });
}

/** Without what is undefined. */
function given(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  );
}
