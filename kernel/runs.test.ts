import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuns } from './runs.ts';

test('a call is listed from begin to end, with its progress', () => {
  const runs = createRuns(() => 0);
  const a = runs.begin('p.m', 'a', undefined);
  runs.begin('p.n', undefined, undefined);
  a.progress(1, 4, 'half of a half');
  const started = '1970-01-01T00:00:00.000Z';
  assert.deepEqual(runs.list()[0], {
    id: 'a',
    method: 'p.m',
    started,
    state: 'running',
    progress: { done: 1, total: 4, note: 'half of a half' },
  });
  assert.match(runs.list()[1]?.id ?? '', /^[\w-]{21}$/);
  assert.throws(() => runs.begin('p.m', 'a', undefined), { code: 'RUN_EXISTS' });
  a.end();
  assert.equal(runs.list().length, 1);
  runs.begin('p.m', 'a', undefined).end();
});

test('cancelled by name or by its caller', () => {
  const runs = createRuns();
  const caller = new AbortController();
  const a = runs.begin('p.m', 'a', undefined);
  const b = runs.begin('p.m', 'b', caller.signal);
  assert.equal(runs.cancel('nobody'), false);
  assert.equal(runs.cancel('a'), true);
  caller.abort();
  for (const { signal } of [a, b]) assert.equal((signal.reason as { code: string }).code, 'CANCELLED');
  assert.deepEqual(
    runs.list().map(({ state }) => state),
    ['cancelling', 'cancelling'],
  );
  assert.ok(runs.begin('p.m', 'c', AbortSignal.abort()).signal.aborted);
});

test('stopping waits, then cancels, and takes no more', async () => {
  const runs = createRuns();
  const a = runs.begin('p.m', 'a', undefined);
  const stopped = runs.stop(0);
  assert.throws(() => runs.begin('p.m', 'b', undefined), { code: 'STOPPING' });
  await new Promise((resolve) => a.signal.addEventListener('abort', resolve));
  let done = false;
  void stopped.then(() => (done = true));
  await new Promise(setImmediate);
  assert.equal(done, false, 'the call has not ended yet');
  a.end();
  await stopped;
  await createRuns().stop(60_000);
});
