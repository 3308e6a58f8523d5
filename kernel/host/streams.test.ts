import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { digestValue } from '#common/value/value.ts';
import { openFixture } from './fixture.ts';

const COUNTER = {
  methods: {
    count: {
      stream: true,
      output: { type: 'object', required: ['i'], properties: { i: { type: 'integer', maximum: 50 } } },
    },
    slow: { stream: true, timeout: 600 },
    none: { stream: true },
    made: {},
  },
  code: `
    import { AssayError } from '#common/errors.ts';
    let made = 0;
    let ended = 0;
    export default { methods: {
      async *count({ to, failAt }) {
        made = 0;
        try {
          for (let i = 0; i < to; i++) {
            if (i === failAt) throw new AssayError('NOT_FOUND', 'lost');
            made++;
            yield { i, data: new Float64Array(1000).fill(i) };
          }
        } finally { ended++; }
      },
      async *slow({ every, times }) { for (let i = 0; i < times; i++) { await new Promise((r) => setTimeout(r, every)); yield i; } },
      none: () => 7,
      made: () => ({ made, ended }),
    } };
  `,
};
/** One worker, so that \`made\` looks into the worker that streamed. */
const ONE = { limits: { workers: 1, grace: 100 } };

test('chunks arrive in order, and a receipt names them all', async () => {
  await using fixture = await openFixture({ counter: COUNTER }, ONE);
  const stream = fixture.host.stream({ method: 'counter.count', input: { to: 20 }, id: 's1' });
  const digests: string[] = [];
  for await (const chunk of stream) {
    assert.equal((chunk as { i: number }).i, digests.length);
    assert.equal((chunk as { data: Float64Array }).data[999], digests.length);
    digests.push(digestValue(chunk));
  }
  const outcome = await stream.outcome;
  assert.equal(outcome.id, 's1');
  assert.equal(outcome.result, 20);
  assert.equal(fixture.drafts[0]!.subject[0]!.digest.sha256, digestValue(digests));
  assert.deepEqual(fixture.drafts[0]!.result, { chunks: 20, complete: true });
  const { result } = await fixture.host.call({ method: 'counter.count', input: { to: 3 } });
  assert.equal((result as unknown[]).length, 3, 'a plain call collects');
});

test('a slow reader holds the method back', async () => {
  await using fixture = await openFixture({ counter: COUNTER }, ONE);
  let read = 0;
  for await (const chunk of fixture.host.stream({ method: 'counter.count', input: { to: 40 } })) {
    assert.ok(chunk);
    if (++read === 3) await wait(100);
    if (read === 3) break;
  }
  await wait(50);
  const { result } = await fixture.host.call({ method: 'counter.made', input: {} });
  const { made, ended } = result as { made: number; ended: number };
  assert.ok(made <= 8, `${made} of 40 were made`);
  assert.equal(ended, 1, 'its finally ran');
  assert.equal(fixture.drafts[0]!.method, 'counter.count');
  assert.deepEqual((fixture.drafts[0]!.result as { complete: boolean }).complete, false);
});

test('an error comes after the chunks before it, and leaves no receipt', async () => {
  await using fixture = await openFixture({ counter: COUNTER }, ONE);
  const seen: unknown[] = [];
  const read = async (input: unknown): Promise<void> => {
    seen.length = 0;
    for await (const chunk of fixture.host.stream({ method: 'counter.count', input })) seen.push(chunk);
  };
  await assert.rejects(read({ to: 10, failAt: 6 }), { code: 'NOT_FOUND', message: 'lost', where: 'counter.count' });
  assert.equal(seen.length, 6);
  await assert.rejects(read({ to: 100 }), { code: 'PLUGIN_OUTPUT_INVALID', message: /\/i must be <= 50; got 51/ });
  assert.equal(seen.length, 51);
  assert.deepEqual(fixture.drafts, []);
  await assert.rejects(fixture.host.call({ method: 'counter.none', input: {} }), {
    code: 'PLUGIN_THREW',
    message: /nothing to iterate/,
  });
  assert.throws(() => fixture.host.stream({ method: 'counter.made', input: {} }), {
    code: 'INPUT_INVALID',
    message: /not a stream/,
  });
});

test('the time limit is for one chunk, and a pausing reader is not held against the method', async () => {
  await using fixture = await openFixture({ counter: COUNTER }, ONE);
  const chunks: unknown[] = [];
  for await (const chunk of fixture.host.stream({ method: 'counter.slow', input: { every: 40, times: 8 } })) {
    chunks.push(chunk);
    if (chunks.length === 2) await wait(900);
  }
  assert.equal(chunks.length, 8);
  await assert.rejects(fixture.host.call({ method: 'counter.slow', input: { every: 5000, times: 2 } }), {
    code: 'TIMEOUT',
  });
});

test('a stream can be cancelled', async () => {
  await using fixture = await openFixture({ counter: COUNTER }, ONE);
  const stop = new AbortController();
  const stream = fixture.host.stream(
    { method: 'counter.slow', input: { every: 30, times: 1000 } },
    { signal: stop.signal },
  );
  let seen = 0;
  await assert.rejects(
    async () => {
      for await (const chunk of stream) if (chunk !== undefined && ++seen === 2) stop.abort();
    },
    { code: 'CANCELLED' },
  );
  assert.equal((await fixture.host.call({ method: 'counter.count', input: { to: 1 } })).id.length > 0, true);
});
