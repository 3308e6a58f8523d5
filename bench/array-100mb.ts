/** What does it cost to hand 100 MB of float64 to a plugin and get them back, next to two structured clones? */
import { Worker } from 'node:worker_threads';
import { openFixture } from '../kernel/host/fixture.ts';
import { digestValue } from '../kernel/common/value/value.ts';
import { measure, print } from './lib/cpu.ts';

const BYTES = 100_000_000;
const RUNS = 7;
const ECHO = { methods: { echo: {} }, code: `export default { methods: { echo: ({ x }) => ({ x }) } };` };

let array = new Float64Array(BYTES / 8).map((_, i) => Math.sqrt(i));
const worker = new Worker(
  `const { parentPort } = require('node:worker_threads');
   parentPort.on('message', ({ x, back }) => parentPort.postMessage(x, back ? [x.buffer] : []))`,
  { eval: true },
);
const exchange = (message: object, transfer: ArrayBuffer[]): Promise<Float64Array<ArrayBuffer>> =>
  new Promise((resolve) => {
    worker.once('message', resolve);
    worker.postMessage(message, transfer);
  });
await using fixture = await openFixture({ bench: ECHO });
const { host } = fixture;
const through = async (transfer: boolean): Promise<Float64Array<ArrayBuffer>> => {
  const { result } = await host.call(
    { method: 'bench.echo', input: { x: array } },
    transfer ? { transfer: [array.buffer] } : {},
  );
  return (result as { x: Float64Array<ArrayBuffer> }).x;
};

const rows = [
  await measure('structured clone there and back', RUNS, () => exchange({ x: array, back: false }, [])),
  await measure('bare transfer there and back', RUNS, async () => {
    array = await exchange({ x: array, back: true }, [array.buffer]);
  }),
  await measure('host.call, input given away', RUNS, async () => {
    array = await through(true);
  }),
  await measure('host.call, input kept by the caller', RUNS, () => through(false)),
  await measure('of which the two SHA-256 of the receipt', RUNS, () => [
    digestValue({ x: array }),
    digestValue({ x: array }),
  ]),
];
const [clone] = rows;
print(
  ['', 'ms, wall', 'ms, CPU', 'CPU ÷ clone'],
  rows.map(({ what, wall, cpu }) => [
    what,
    (wall / 1000).toFixed(1),
    (cpu / 1000).toFixed(1),
    (cpu / clone!.cpu).toFixed(2),
  ]),
);
await worker.terminate();
