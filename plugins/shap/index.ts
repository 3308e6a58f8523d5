import * as onnxruntime from 'onnxruntime-node';
import { readModel } from '#common/onnx/model.ts';
import { definePlugin } from '#common/plugin.ts';
import type { Methods } from './methods.gen.ts';
import { stopwatch } from './lib/stopwatch.ts';
import { explain } from './lib/explain.ts';

export default definePlugin<Methods>({
  methods: {
    async explain({ model, ...question }, ctx) {
      const remaining = stopwatch();
      ctx.uses('model', model);
      const bytes = await ctx.artifact.read(model);
      const { meta, ...explanation } = await explain(
        onnxruntime,
        { model: readModel(bytes), ...question, seed: question.seed ?? Math.floor(ctx.random() * 2 ** 32) },
        (done, total) => {
          ctx.signal.throwIfAborted();
          ctx.progress(done, total, remaining(done, total));
        },
      );
      for (const note of meta.notes) ctx.log('info', note);
      return { ...explanation, meta: { ...meta, modelDigest: model } };
    },
  },
});
