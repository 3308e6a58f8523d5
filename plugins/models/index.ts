import * as onnxruntime from 'onnxruntime-node';
import { seededRandom } from '#common/cells/random.ts';
import { readModel } from '#common/onnx/model.ts';
import { definePlugin } from '#common/plugin.ts';
import type { Methods } from './methods.gen.ts';
import manifest from './plugin.json' with { type: 'json' };
import { describe } from './lib/describe.ts';
import { predict } from './lib/predict.ts';
import { train } from './lib/train.ts';

export default definePlugin<Methods>({
  methods: {
    async train({ data, earlyStopping, seed, ...options }, ctx) {
      const random = seed === undefined ? ctx.random : seededRandom(seed, 'models.train');
      const { bytes, ...rest } = train(
        data,
        { ...options, patience: earlyStopping ?? null },
        manifest.version,
        random,
        (done, loss) => {
          ctx.signal.throwIfAborted();
          ctx.progress(done, options.trees, `loss ${loss.toPrecision(4)}`);
        },
      );
      const model = await ctx.artifact.write(bytes, 'application/x-onnx');
      return { model, target: options.target, ...rest };
    },

    async predict({ model, data, output, engine }, ctx) {
      ctx.uses('model', model);
      const read = readModel(await ctx.artifact.read(model));
      return predict(onnxruntime, read, data, output, engine, (done) => {
        ctx.signal.throwIfAborted();
        ctx.progress(done, data.rows);
      });
    },

    async describe({ model }, ctx) {
      ctx.uses('model', model);
      return describe(readModel(await ctx.artifact.read(model)));
    },
  },
});
