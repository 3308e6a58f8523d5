import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestValue } from '#common/value.ts';
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
