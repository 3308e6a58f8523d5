import * as onnxruntime from 'onnxruntime-node';
import { readModel } from '#common/onnx/model.ts';
import type { Digest } from '#common/data.ts';
import { definePlugin, type MethodContext } from '#common/plugin.ts';
import type { Methods } from './methods.gen.ts';
import { explain, type Explanation, type Question } from './lib/explain.ts';

type Asked = Omit<Question, 'model'> & { readonly model: Digest };
type Answered = Omit<Explanation, 'meta'> & { readonly meta: Explanation['meta'] & { readonly modelDigest: Digest } };

async function answer({ model, ...question }: Asked, ctx: MethodContext): Promise<Answered> {
  ctx.uses('model', model);
  const bytes = await ctx.artifact.read(model);
  const { meta, ...explanation } = await explain(
    onnxruntime,
    { model: readModel(bytes), ...question },
    (done, total) => {
      ctx.signal.throwIfAborted();
      ctx.progress(done, total);
    },
  );
  for (const note of meta.notes) ctx.log('info', note);
  return { ...explanation, meta: { ...meta, modelDigest: model } };
}

export default definePlugin<Methods>({
  methods: {
    explain: (input, ctx) => answer(input, ctx),
    async interactions(input, ctx) {
      const { interactions, meta, ...rest } = await answer({ ...input, interactions: true }, ctx);
      return {
        interactions: interactions!,
        ...rest,
        meta: { ...meta, interactionAlgorithm: meta.interactionAlgorithm! },
      };
    },
  },
});
