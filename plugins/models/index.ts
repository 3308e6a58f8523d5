import * as onnxruntime from 'onnxruntime-node';
import type { TableData } from '#common/data.ts';
import { readModel } from '#common/onnx/model.ts';
import { definePlugin, type MethodContext } from '#common/plugin.ts';
import manifest from './plugin.json' with { type: 'json' };
import { describe } from './lib/describe.ts';
import { predict } from './lib/predict.ts';
import { seededRandom } from './lib/random.ts';
import { train, type TrainOptions } from './lib/train.ts';

interface TrainInput extends Omit<TrainOptions, 'patience'> {
  readonly data: TableData;
  readonly earlyStopping?: number;
  readonly seed?: number;
}

interface PredictInput {
  readonly model: string;
  readonly data: TableData;
  readonly output?: string;
  readonly engine: 'onnxruntime' | 'float64';
}

export default definePlugin({
  methods: {
    async train({ data, earlyStopping, seed, ...options }: TrainInput, ctx: MethodContext) {
      const random = seed === undefined ? ctx.random : seededRandom(seed);
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

    async predict({ model, data, output, engine }: PredictInput, ctx: MethodContext) {
      ctx.uses('model', model);
      const read = readModel(await ctx.artifact.read(model));
      return predict(onnxruntime, read, data, output, engine, (done) => {
        ctx.signal.throwIfAborted();
        ctx.progress(done, data.rows);
      });
    },

    async describe({ model }: { readonly model: string }, ctx: MethodContext) {
      ctx.uses('model', model);
      return describe(readModel(await ctx.artifact.read(model)));
    },
  },
});
