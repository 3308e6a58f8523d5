import * as onnxruntime from 'onnxruntime-node';
import { describedFeatures } from '#common/onnx/features.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { definePlugin, type MethodContext, type Part } from '#common/plugin.ts';
import type { ExplainFileInput, ExplainFileOutput, InteractionsOutput, Methods } from './methods.gen.ts';
import { modelOf } from './lib/kept-models.ts';
import { stopwatch } from './lib/stopwatch.ts';
import type { Answer } from './lib/answer.ts';
import { explain, type Explanation, type Question } from './lib/explain.ts';
import { type Block, explainBlocks } from './lib/files/explain-blocks.ts';
import { explainPart, type InParts, type Rows, type Shared } from './lib/in-parts.ts';

type Asked = Omit<Question, 'model'> & { readonly model: Digest };
type Answered = Omit<Explanation, 'meta'> & { readonly meta: Explanation['meta'] & { readonly modelDigest: Digest } };

const rows: Part<Shared, Rows, Answer> = (part, { shared, progress }) =>
  explainPart(onnxruntime, part, shared, progress);

async function answer({ model, ...question }: Asked, ctx: MethodContext): Promise<Answered> {
  const remaining = stopwatch();
  ctx.uses('model', model);
  const bytes = await ctx.artifact.read(model);
  const { meta, ...explanation } = await explain(
    onnxruntime,
    { model: modelOf(model, bytes), ...question, seed: question.seed ?? Math.floor(ctx.random() * 2 ** 32) },
    (done, total) => {
      ctx.signal.throwIfAborted();
      ctx.progress(done, total, remaining(done, total));
    },
    inPartsOf(ctx),
  );
  for (const note of meta.notes) ctx.log('info', note);
  return { ...explanation, meta: { ...meta, modelDigest: model } };
}

async function file(
  { model, data, format, write, ...question }: ExplainFileInput,
  ctx: MethodContext,
): Promise<ExplainFileOutput> {
  const remaining = stopwatch();
  ctx.uses('model', model);
  ctx.uses('data', data);
  const read = modelOf(model, await ctx.artifact.read(model));
  const columns = describedFeatures(read)?.map(({ name }) => name);
  const { meta, ...explanation } = await explainBlocks({
    runtime: onnxruntime,
    question: { model: read, ...question },
    blocks: ctx.stream('datasets.blocks', {
      data,
      ...(format === undefined ? {} : { format }),
      ...(columns === undefined ? {} : { columns }),
    }) as AsyncIterable<Block>,
    format: write,
    inParts: inPartsOf(ctx),
    write: (bytes, mediaType) => ctx.artifact.write(bytes, mediaType),
    progress: (done, total) => ctx.progress(done, total, remaining(done, total)),
  });
  for (const note of meta.notes) ctx.log('info', note);
  return { ...explanation, meta: { ...meta, modelDigest: model } };
}

const inPartsOf =
  (ctx: MethodContext): InParts =>
  (shared, parts, progress) =>
    ctx.parts(rows, parts, { shared, progress });

export default definePlugin<Methods>({
  parts: { rows },
  methods: {
    explain: (input, ctx) => answer(input, ctx),
    explainFile: (input, ctx) => file(input, ctx),
    async interactions(input, ctx) {
      const { interactions, meta, ...rest } = await answer({ ...input, interactions: true }, ctx);
      const { sampling, ...facts } = meta;
      if (sampling !== null) throw new AssayError('SHAP_INEXACT', 'Interactions are not estimated.');
      // Without a sample the method and the algorithm are exact ones.
      return { interactions: interactions!, ...rest, meta: facts as InteractionsOutput['meta'] };
    },
  },
});
