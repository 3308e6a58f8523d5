/** What does a call of a plugin's method cost, next to a bare message to a worker and back? */
import { Worker } from 'node:worker_threads';
import { openFixture } from '../kernel/host/fixture.ts';
import { measure, print } from './lib/cpu.ts';

const CALLS = 5000;
const ECHO = {
  methods: { echo: { input: { type: 'object', additionalProperties: false, properties: { x: { type: 'number' } } } } },
  code: `export default { methods: { echo: ({ x }) => x } };`,
};

const worker = new Worker(
  `require('node:worker_threads').parentPort.on('message', ({ x }) => require('node:worker_threads').parentPort.postMessage(x))`,
  {
    eval: true,
  },
);
const roundTrip = (x: number): Promise<unknown> =>
  new Promise((resolve) => {
    worker.once('message', resolve);
    worker.postMessage({ x }, []);
  });
await using fixture = await openFixture({ bench: ECHO });
const { host } = fixture;

const bare = await measure('bare worker message and back', CALLS, (i) => roundTrip(i));
const call = await measure('host.call: check, worker, digests, receipt', CALLS, (i) =>
  host.call({ method: 'bench.echo', input: { x: i } }),
);
const wide = await measure('host.call, 64 in flight', CALLS / 64, () =>
  Promise.all(Array.from({ length: 64 }, (_, x) => host.call({ method: 'bench.echo', input: { x } }))),
);
const rows = [bare, call, { ...wide, wall: wide.wall / 64, cpu: wide.cpu / 64 }];
print(
  ['', 'µs a call, wall', 'µs a call, CPU', 'CPU ÷ bare'],
  rows.map(({ what, wall, cpu }) => [what, wall.toFixed(1), cpu.toFixed(1), (cpu / bare.cpu).toFixed(1)]),
);
await worker.terminate();
