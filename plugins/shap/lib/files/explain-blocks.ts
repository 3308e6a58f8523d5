import type { Digest, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { describedFeatures, type Feature, featuresFor, inputMatrix, selectFeatures } from '#common/onnx/features.ts';
import { featuresOf, recognise } from '#common/onnx/known.ts';
import type { Runtime } from '#common/onnx/session.ts';
import { isSampler } from '../choose.ts';
import { type Asked, choiceFor, metaOf, type Meta, outputsOf, share, sizeOfPart } from '../explain.ts';
import { cut, type Facts, type InParts, joinFacts, type Rows } from '../in-parts.ts';
import { type Format, MEDIA_TYPES, writerFor } from './writers.ts';

/** Some rows of a file: what `datasets.blocks` gives. */
export interface Block {
  /** Of the whole file. */
  readonly rows: number;
  readonly first: number;
  readonly table: TableData;
}

export interface FileExplanation {
  /** The artifact that holds them. */
  readonly values: Digest;
  readonly format: Format;
  /** [rows, features], or [rows, features, outputs] when there are several. */
  readonly shape: readonly number[];
  readonly base: number | readonly number[];
  readonly names: readonly string[];
  readonly outputs: readonly string[];
  readonly meta: Meta;
}

export interface FileWork {
  readonly runtime: Runtime;
  readonly question: Asked;
  readonly blocks: AsyncIterable<Block>;
  readonly format: Format;
  readonly inParts: InParts;
  /** Keeps what is written, unless it ends in an error. */
  write(bytes: AsyncIterable<Uint8Array>, mediaType: string): Promise<Digest>;
  progress(rows: number, of: number): void;
}

/**
 * Explains a file of any length: blocks of rows come in, their values leave, and no more than a few of either are held. A value has the bits that it has
 * when all rows are explained at once.
 *
 * @throws as `explain`; DATA_TOO_SMALL for a file without rows; SHAP_INEXACT where only an estimate fits
 */
export async function explainBlocks(work: FileWork): Promise<FileExplanation> {
  const { runtime, question, format, inParts, write, progress } = work;
  const { model, background } = question;
  const blocks = work.blocks[Symbol.asyncIterator]();
  try {
    const begin = await blocks.next();
    if (begin.done === true) throw new AssayError('DATA_TOO_SMALL', 'The file has no rows.', { where: '/data' });
    const first: Block = begin.value;
    const { rows } = first;
    const width = first.table.columns.length;
    const known = recognise(model, describedFeatures(model)?.length ?? width);
    const tables = background === undefined ? [first.table] : [first.table, background];
    const features = featuresFor(model, tables, known.kind === 'other' ? null : featuresOf(known));
    refuseUnlisted(describedFeatures(model), features);
    const choice = choiceFor(known, question, features.length, rows);
    if (isSampler(choice.method))
      throw new AssayError(
        'SHAP_INEXACT',
        `Only ${choice.method} fits this model, an estimate whose budget all rows share: give the rows to shap.explain, some at a time.`,
        { where: '/method' },
      );
    const shared = share(runtime, { question, known, choice, features, planned: rows, width }, null);
    const size = sizeOfPart(shared, known, outputsOf(known));
    const ends: number[] = [];

    async function* parts(): AsyncGenerator<Rows> {
      for (let block: Block | null = first; block !== null; block = await nextOf(blocks)) {
        const before: number = block.first;
        const x = inputMatrix(model, selectFeatures(block.table, features), features);
        for (const part of cut(x, block.table.rows, features.length, size)) {
          ends.push(before + part.first + part.rows);
          yield { ...part, first: before + part.first };
        }
      }
    }
    const told = (done: number): void => {
      const whole = Math.floor(done);
      const from = whole === 0 ? 0 : (ends[whole - 1] ?? rows);
      progress(Math.round(from + (done - whole) * ((ends[whole] ?? rows) - from)), rows);
    };
    let facts: Facts | null = null;
    async function* bytes(): AsyncGenerator<Uint8Array> {
      let writer: ReturnType<typeof writerFor> | null = null;
      for await (const { values, interactions: _pairs, standardErrors: _errors, ...more } of inParts(
        shared,
        parts(),
        told,
      )) {
        facts = joinFacts(facts, more);
        const names = features.map(({ name }) => name);
        if (writer === null) {
          writer = writerFor(format, rows, names, more.outputs);
          yield* writer.begin();
        }
        yield* writer.block(values);
      }
      yield* writer!.end();
    }
    const values = await write(bytes(), MEDIA_TYPES[format]);
    const { base, outputs } = facts!;
    return {
      values,
      format,
      shape: outputs.length === 1 ? [rows, features.length] : [rows, features.length, outputs.length],
      base: outputs.length === 1 ? base[0]! : [...base],
      names: features.map(({ name }) => name),
      outputs,
      meta: metaOf(question, known, shared, facts!),
    };
  } finally {
    await blocks.return?.();
  }
}

async function nextOf(blocks: AsyncIterator<Block>): Promise<Block | null> {
  const next = await blocks.next();
  return next.done === true ? null : next.value;
}

/** The categories of a model that doesn't list them are the texts of all rows, which are not known before the last one. */
function refuseUnlisted(described: readonly Feature[] | null, features: readonly Feature[]): void {
  const unlisted = described === null ? features.find(({ type }) => type === 'category') : undefined;
  if (unlisted !== undefined)
    throw new AssayError(
      'COLUMN_UNFIT',
      `“${unlisted.name}” holds text, and the model doesn’t list its categories: give the rows to shap.explain.`,
      { where: unlisted.name },
    );
}
