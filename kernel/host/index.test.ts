import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { digestValue } from '#common/value/value.ts';
import { openFixture } from './fixture.ts';

const ADDER = {
  methods: {
    add: {
      input: {
        type: 'object',
        additionalProperties: false,
        required: ['a'],
        properties: { a: { type: 'number' }, b: { type: 'number', default: 1 } },
      },
      output: { type: 'object', required: ['sum'], properties: { sum: { type: 'number' } } },
    },
  },
  code: `
    import { definePlugin } from '#common/plugin.ts';
    export default definePlugin({ methods: { add: ({ a, b }: { a: number; b: number }) => ({ sum: a + b }) } });
  `,
};

test('a call gives the result and leaves a receipt', async () => {
  await using fixture = await openFixture({ adder: ADDER }, { now: () => 1000 });
  const { host, drafts } = fixture;
  const outcome = await host.call({ method: 'adder.add', input: { a: 2 }, seed: 7, id: 'c1' });
  assert.deepEqual(outcome.result, { sum: 3 });
  assert.equal(outcome.id, 'c1');
  const draft = drafts[0]!;
  assert.equal(draft.kind, 'run');
  assert.equal(draft.method, 'adder.add');
  assert.equal(draft.params, digestValue({ a: 2, b: 1 }));
  assert.deepEqual(draft.subject, [{ name: 'result', digest: { sha256: digestValue({ sum: 3 }) } }]);
  assert.equal(draft.plugin?.digest, host.plugin('adder').digest);
  assert.equal(draft.env['seed'], 7);
  assert.equal(draft.env['now'], 1000);
});

const refused = (where: string, message: RegExp): object => ({ code: 'INPUT_INVALID', where, message });

test('an input that does not fit is refused at its place, before any code runs', async () => {
  await using fixture = await openFixture({ adder: { ...ADDER, code: 'throw new Error("loaded");' } });
  const call = (input: unknown, seed?: number): Promise<unknown> =>
    fixture.host.call({ method: 'adder.add', input, ...(seed === undefined ? {} : { seed }) });
  await assert.rejects(call({ a: 'x' }), refused('/a', /^adder\.add: \/a must be a number; got "x"\.$/));
  await assert.rejects(call({}), refused('', /must have the property “a”; got none/));
  await assert.rejects(call({ a: 1, c: 2 }), refused('/c', /is not a property that the schema knows/));
  await assert.rejects(call(7), refused('', /must be an object; got 7/));
  await assert.rejects(call({ a: 1 }, 0.5), refused('seed', /integer/));
  await assert.rejects(call({ a: () => 1 }), refused('/a', /must be a number; got/));
});

test('a data set in the input is read by the plugin `datasets`, and its receipt is a parent', async () => {
  const reader = {
    methods: { read: { kind: 'dataset' as const, output: { assay: 'table' } } },
    code: `export default { methods: { read: ({ name, bytes, format }) => ({ $: 'table', rows: 1, columns: [
      { name: name ?? format, type: 'float64', values: new Float64Array([bytes?.length ?? 0]) }] }) } };`,
  };
  const names = {
    methods: { of: { input: { type: 'object', properties: { data: { assay: 'table' } } } } },
    code: `export default { methods: { of: ({ data }) => data.columns.map(({ name }) => name) } };`,
  };
  await using fixture = await openFixture({ datasets: reader, names });
  const { host, drafts, dir } = fixture;
  await writeFile(join(dir, 'some.csv'), 'a,b');
  const of = async (data: unknown): Promise<unknown> =>
    (await host.call({ method: 'names.of', input: { data } })).result;
  assert.deepEqual(await of({ dataset: 'wages' }), ['wages']);
  assert.deepEqual(await of('wages'), ['wages']);
  assert.deepEqual(
    drafts.map(({ kind }) => kind),
    ['dataset', 'run', 'dataset', 'run'],
  );
  assert.deepEqual(
    drafts[1]!.parents.map(({ role }) => role),
    ['dataset'],
  );
  assert.deepEqual(await of({ file: 'some.csv' }), ['csv']);
  assert.equal(drafts.at(-1)!.materials[0]!.name, 'data');
  await assert.rejects(of({ file: '../x.csv' }), { code: 'FORBIDDEN' });
  await assert.rejects(of({ file: 'no.csv' }), { code: 'NOT_FOUND' });
});

test('workers are kept while they are used, and let go after', async () => {
  const counter = { methods: { next: {} }, code: `let n = 0; export default { methods: { next: () => ++n } };` };
  await using fixture = await openFixture({ counter }, { limits: { idle: 100 } });
  const next = async (): Promise<unknown> => (await fixture.host.call({ method: 'counter.next', input: {} })).result;
  assert.deepEqual([await next(), await next()], [1, 2]);
  await wait(300);
  assert.equal(await next(), 1);
});

test('a call that is cancelled while the code loads does not wait for it', async () => {
  const slow = {
    methods: { run: {} },
    code: `await new Promise((r) => setTimeout(r, 500)); export default { methods: { run: () => 1 } };`,
  };
  await using fixture = await openFixture({ slow }, { limits: { workers: 1 } });
  const stop = new AbortController();
  const call = fixture.host.call({ method: 'slow.run', input: {} }, { signal: stop.signal });
  const behind = fixture.host.call({ method: 'slow.run', input: {} });
  const queued = fixture.host.call({ method: 'slow.run', input: {} }, { signal: AbortSignal.timeout(30) });
  setTimeout(() => stop.abort(), 50);
  await Promise.all([
    assert.rejects(call, { code: 'CANCELLED', where: 'slow.run' }),
    assert.rejects(queued, { code: 'CANCELLED' }),
  ]);
  assert.equal((await behind).result, 1);
});

test('a closed host cancels what runs and refuses the rest', async () => {
  const loops = { methods: { run: {} }, code: `export default { methods: { run: () => { for (;;); } } };` };
  const fixture = await openFixture({ loops }, { limits: { grace: 50 } });
  const running = fixture.host.call({ method: 'loops.run', input: {} });
  await wait(150);
  await Promise.all([assert.rejects(running, { code: 'CANCELLED' }), fixture.host.close()]);
  await assert.rejects(fixture.host.call({ method: 'loops.run', input: {} }), { code: 'CANCELLED' });
  await fixture[Symbol.asyncDispose]();
});
