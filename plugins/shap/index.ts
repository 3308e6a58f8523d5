import * as onnxruntime from 'onnxruntime-node';
import type { TableData } from '#common/data.ts';
import { readModel } from '#common/onnx/model.ts';
import { definePlugin, type MethodContext } from '#common/plugin.ts';
import type { Method, Space } from './lib/choose.ts';
import { explain } from './lib/explain.ts';

interface ExplainInput {
  readonly model: string;
  readonly data: TableData;
  readonly background?: TableData;
  readonly method: Method | 'auto';
  readonly space?: Space;
  readonly output?: number;
}

export default definePlugin({
  methods: {
    async explain({ model, ...question }: ExplainInput, ctx: MethodContext) {
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
    },
  },
});
