import type { TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { definePlugin, type MethodContext } from '#common/plugin.ts';
import { Table } from '#common/data/table.ts';
import { openBlocks } from './lib/blocks/open.ts';
import { guessFormat, readTable } from './lib/read.ts';
import { broken, dataPath, parseDatasetFile, type DatasetFile } from './lib/spec.ts';
import { summarise } from './lib/summary.ts';
import type { Methods } from './methods.gen.ts';

/** Rows that `inspect` shows. */
const PREVIEW = 20;
/** Values in a block, at most. */
const CELLS = 2 ** 19;

export default definePlugin<Methods>({
  methods: {
    async list(_input, ctx) {
      const names = (await ctx.files.list('datasets'))
        .map((entry) => entry.replace(/\/$/, ''))
        .filter((entry) => /^[a-z][a-z0-9_]*$/.test(entry));
      const datasets = [];
      for (const name of names.toSorted()) datasets.push(await entry(name, ctx));
      return { datasets };
    },

    async describe({ name }, ctx) {
      const { about, bytes, table, digest } = await named(name, ctx);
      const { read, columns = [], ...text } = about;
      const described = new Map(columns.map(({ name, description, levels }) => [name, { description, levels }]));
      return {
        name,
        ...text,
        rows: table.rows,
        columns: summarise(table).map((column) => ({ ...column, ...withoutUndefined(described.get(column.name)) })),
        file: {
          path: dataPath(name, about),
          digest,
          bytes: bytes.length,
          ...(read.npm === undefined ? {} : { npm: read.npm }),
        },
      };
    },

    async read({ name, file, bytes, ...spec }, ctx) {
      if ([name, file, bytes].filter((given) => given !== undefined).length !== 1)
        throw new AssayError('INPUT_INVALID', 'Give one of `name`, `file` and `bytes`.');
      if (name !== undefined) return (await named(name, ctx)).table;
      const data = bytes ?? (await ctx.files.read(file!));
      ctx.uses(file ?? 'bytes', await ctx.artifact.write(data));
      return located(() => readTable(data, spec, file), file);
    },

    async *blocks({ data, size, ...spec }, ctx) {
      ctx.uses('data', data);
      const file = await ctx.artifact.open(data);
      const blocks = await openBlocks(file, {
        ...spec,
        look: (done, total) => ctx.progress(done, total, 'looking through the file'),
      });
      let first = 0;
      const most = Math.max(1, Math.min(size, Math.floor(CELLS / Math.max(1, blocks.columns))));
      for await (const table of blocks.read(most)) {
        yield { rows: blocks.rows, first, table };
        first += table.rows;
        ctx.progress(first, blocks.rows);
      }
    },

    async inspect({ bytes, fileName = '', ...spec }) {
      const table = await located(() => readTable(bytes, spec, fileName), fileName);
      const columns = summarise(table);
      return {
        rows: table.rows,
        columns,
        read: { ...spec, format: spec.format ?? guessFormat(bytes, fileName) },
        preview: plain(new Table(table).slice(0, PREVIEW)),
      };
    },
  },
});

/** A data set by name: its two files become materials of the receipt, and artifacts, so that a bundle can carry them. */
async function named(
  name: string,
  ctx: MethodContext,
): Promise<{ about: DatasetFile; bytes: Uint8Array; table: TableData; digest: string }> {
  const where = `datasets/${name}/dataset.json`;
  const json = await ctx.files.read(where).catch((error: unknown) => {
    throw AssayError.from(error).code === 'NOT_FOUND'
      ? new AssayError('NOT_FOUND', `There is no data set “${name}”.`, { where })
      : error;
  });
  const about = parseDatasetFile(json, where);
  const path = dataPath(name, about);
  const bytes = await ctx.files.read(path);
  const digest = await ctx.artifact.write(bytes);
  if (about.read.sha256 !== undefined && about.read.sha256 !== digest)
    throw new AssayError('DATASET_CHANGED', `The bytes of “${name}” are not those that dataset.json names.`, {
      where: path,
      details: { expected: about.read.sha256, found: digest },
    });
  ctx.uses(where, await ctx.artifact.write(json, 'application/json'));
  ctx.uses(path, digest);
  const table = await located(
    () => readTable(bytes, { ...about.read, ...(about.columns === undefined ? {} : { columns: about.columns }) }, path),
    path,
  );
  return { about, bytes, table, digest };
}

async function entry(
  name: string,
  ctx: MethodContext,
): Promise<{ name: string; title: string; [more: string]: string }> {
  try {
    const where = `datasets/${name}/dataset.json`;
    const { title, description, source, licence } = parseDatasetFile(await ctx.files.read(where), where);
    return { name, title, description, source, licence };
  } catch (error) {
    return { name, title: name, problem: AssayError.from(error).message };
  }
}

/** Puts the file's name before the place that a reader names. */
async function located<T>(read: () => Promise<T>, file: string | undefined): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== 'DATASET_INVALID' || !file) throw error;
    throw broken(error.message, error.where === undefined ? file : `${file}, ${error.where}`);
  }
}

function plain(table: Table): TableData {
  return { $: 'table', rows: table.rows, columns: table.columns };
}

function withoutUndefined(value: object | undefined): object {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, inner]) => inner !== undefined));
}
