import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { Table } from '#common/data/table.ts';
import { openFixture } from './fixture.ts';
import { parcel, post } from './transfer.ts';

const sent = (value: unknown): unknown => {
  const { port1, port2 } = new MessageChannel();
  post(port1, (it) => it, parcel(value));
  const got: unknown = receiveMessageOnPort(port2)!.message;
  port1.close();
  return got;
};

test('what is returned goes without a copy', () => {
  const big = new Float64Array(1000).fill(1.5);
  const both = { deep: [{ big }], map: new Map([['again', big.subarray(0, 10)]]) };
  const got = sent(both) as typeof both;
  assert.equal(big.length, 0, 'it is detached here');
  assert.equal(got.deep[0]!.big[999], 1.5);
  assert.equal(got.map.get('again')!.buffer, got.deep[0]!.big.buffer, 'views keep their buffer');
});

test('a small view of a large buffer goes alone', () => {
  const memory = new Float64Array(1000).fill(2);
  const got = sent({ part: memory.subarray(3, 5) }) as { part: Float64Array };
  assert.equal(memory.length, 1000);
  assert.equal(got.part.buffer.byteLength, 16);
  const pooled = Buffer.from('few');
  assert.equal((sent(pooled) as Uint8Array).buffer.byteLength, 3);
});

test('a Wasm memory is copied', () => {
  const { WebAssembly } = globalThis as unknown as {
    WebAssembly: { Memory: new (of: object) => { buffer: ArrayBuffer } };
  };
  const memory = new WebAssembly.Memory({ initial: 1 });
  const view = new Uint8Array(memory.buffer).fill(7);
  assert.equal((sent(view) as Uint8Array)[0], 7);
  assert.equal(view.length, 65_536);
});

test('a Table arrives as its data', () => {
  const got = sent({ table: Table.fromColumns({ a: [1, 2], b: ['x', null] }) }) as { table: object };
  assert.deepEqual(Object.keys(got.table), ['$', 'rows', 'columns']);
});

test('functions stay, and say so', () => {
  assert.throws(() => sent({ f: () => {} }), { code: 'PLUGIN_OUTPUT_INVALID', message: /could not be cloned/ });
});

const ECHO = {
  methods: { run: {}, keep: {} },
  code: `
    const kept = new Float64Array(8).fill(3);
    export default { methods: { run: ({ a }) => ({ a }), keep: () => kept.slice() } };
  `,
};

test('a caller gives arrays away only where it says so', async () => {
  await using fixture = await openFixture({ echo: ECHO });
  const a = new Float64Array(1000).fill(1);
  const kept = await fixture.host.call({ method: 'echo.run', input: { a } });
  assert.equal(a.length, 1000, 'copied in');
  assert.deepEqual(kept.result, { a });
  const copy = a.slice();
  const given = await fixture.host.call({ method: 'echo.run', input: { a } }, { transfer: [a.buffer] });
  assert.equal(a.length, 0, 'transferred in');
  assert.deepEqual(given.result, { a: copy });
  assert.deepEqual(fixture.drafts[0]!.params, fixture.drafts[1]!.params);
});
