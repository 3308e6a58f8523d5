/** `ctx.parts`: work cut into parts that run beside each other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFixture, type Fixture, type FixturePlugin } from './fixture.ts';

const CUT: FixturePlugin = {
  manifest: { permissions: { calls: ['cut.sum', 'other.outer'] } },
  methods: { sum: {}, meet: {}, most: {}, fail: {}, early: {}, spin: {}, strange: {}, told: {} },
  code: `
    import { AssayError } from '#common/errors.ts';
    const me = Math.random();
    let seen = 0;
    const inputs = (n) => Array.from({ length: n }, (_, i) => ({ i, x: new Float64Array(1000).fill(i + 0.1) }));
    const parts = {
      add({ i, x }, { shared, progress }) {
        let sum = 0;
        for (let j = 0; j < x.length; j++) sum += x[j] * shared.weight;
        progress(1, 2);
        return { i, sum, x, me };
      },
      /** Waits until so many run. */
      meet(_input, { shared: { here, count } }) {
        Atomics.add(here, 0, 1);
        Atomics.notify(here, 0);
        for (let n = Atomics.load(here, 0); n < count; n = Atomics.load(here, 0)) Atomics.wait(here, 0, n);
        return me;
      },
      most(_input, { shared: { here } }) {
        const now = Atomics.add(here, 0, 1) + 1;
        for (let most = Atomics.load(here, 1); most < now; most = Atomics.load(here, 1)) Atomics.compareExchange(here, 1, most, now);
        for (let i = 0, x = 0; i < 2e6; i++) x += Math.sqrt(i);
        Atomics.sub(here, 0, 1);
      },
      fail({ how, at, i }) {
        if (i !== at) return i;
        if (how === 'coded') throw new AssayError('NOT_FOUND', 'lost ' + i);
        if (how === 'thrown') throw new TypeError('wrong ' + i);
        if (how === 'exit') return process.exit(7);
        if (how === 'stalled') return new Promise(() => {});
        return () => i;
      },
      spin({ polite }, { progress, shared }) {
        Atomics.add(shared, 0, 1);
        for (;;) if (polite) progress(0, 1);
      },
      /** What follows from the worker and not from the input. */
      strange: () => seen++,
      log(i, { log }) { log('info', 'part ' + i); return i; },
    };
    const all = async (results) => { const out = []; for await (const one of results) out.push(one); return out; };
    export default { parts, methods: {
      sum: ({ n }, ctx) => all(ctx.parts(parts.add, inputs(n), { shared: { weight: 0.5 }, progress: (done) => ctx.progress(done, n) })),
      meet: ({ count }, ctx) => all(ctx.parts(parts.meet, inputs(count), { shared: { count, here: new Int32Array(new SharedArrayBuffer(4)) } })),
      async most({ n }, ctx) {
        const here = new Int32Array(new SharedArrayBuffer(8));
        await all(ctx.parts(parts.most, inputs(n), { shared: { here } }));
        return here[1];
      },
      fail: ({ n, how, at }, ctx) => all(ctx.parts(parts.fail, Array.from({ length: n }, (_, i) => ({ i, at, how })), { shared: null })),
      async early({ n }, ctx) {
        let made = 0;
        function* some() { try { for (; made < n; made++) yield { i: made }; } finally { made += 1000; } }
        for await (const one of ctx.parts(parts.fail, some(), { shared: null })) if (one === 1) break;
        return made;
      },
      async spin({ polite }, ctx) {
        const here = new Int32Array(new SharedArrayBuffer(4));
        const timer = setInterval(() => { if (Atomics.load(here, 0) >= 2) ctx.log('info', 'spinning'); }, 5);
        try { await all(ctx.parts(parts.spin, [{ polite }, { polite }, { polite }], { shared: here })); } finally { clearInterval(timer); }
      },
      strange: ({ n }, ctx) => all(ctx.parts(parts.strange, inputs(n), { shared: null })),
      told: ({ n }, ctx) => all(ctx.parts(n < 0 ? () => 1 : parts.log, Array.from({ length: n }, (_, i) => i), { shared: null })),
    } };
  `,
};
/** Calls a method that has parts while it makes the inputs of its own. */
const OTHER: FixturePlugin = {
  manifest: { permissions: { calls: ['cut.sum'] } },
  methods: { outer: {} },
  code: `
    const parts = { count: (rows) => rows.length };
    export default { parts, methods: {
      async outer({ n }, ctx) {
        async function* inputs() { for (let i = 0; i < n; i++) yield await ctx.call('cut.sum', { n: 4 }); }
        let total = 0;
        for await (const one of ctx.parts(parts.count, inputs(), { shared: null })) total += one;
        return total;
      },
    } };
  `,
};

const open = (cores: number, more = {}): Promise<Fixture> =>
  openFixture({ cut: CUT, other: OTHER }, { limits: { cores, grace: 200, workers: 4 }, ...more });
const call = async (fixture: Fixture, method: string, input: unknown, signal?: AbortSignal): Promise<unknown> =>
  (await fixture.host.call({ method, input }, signal === undefined ? {} : { signal })).result;
type Sums = { i: number; sum: number; x: Float64Array; me: number }[];

for (const cores of [1, 2, 3])
  test(`parts come back in order, whole, and leave one receipt, on ${cores} cores`, async () => {
    await using fixture = await open(cores);
    const told: number[] = [];
    const { result } = await fixture.host.call(
      { method: 'cut.sum', input: { n: 7 } },
      { onProgress: (done) => told.push(done) },
    );
    const sums = result as Sums;
    assert.deepEqual(
      sums.map(({ i }) => i),
      [0, 1, 2, 3, 4, 5, 6],
    );
    for (const { i, sum, x } of sums) {
      assert.equal(x.length, 1000);
      assert.equal(
        sum,
        Array.from({ length: 1000 }, () => (i + 0.1) * 0.5).reduce((a, b) => a + b, 0),
      );
    }
    assert.ok(new Set(sums.map(({ me }) => me)).size <= cores, 'no more workers than cores');
    assert.equal(fixture.drafts.length, 1);
    assert.equal(told.at(-1), 7);
    assert.deepEqual(
      told,
      told.toSorted((a, b) => a - b),
      'progress does not go back',
    );
    assert.deepEqual(await call(fixture, 'cut.sum', { n: 0 }), []);
    assert.equal(((await call(fixture, 'cut.sum', { n: 1 })) as Sums).length, 1);
  });

test('as many run beside each other as there are cores, and no more', async () => {
  await using fixture = await open(3);
  const workers = (await call(fixture, 'cut.meet', { count: 3 })) as number[];
  assert.equal(new Set(workers).size, 3, 'three that waited for each other met');
  const most = await Promise.all(Array.from({ length: 3 }, () => call(fixture, 'cut.most', { n: 9 })));
  for (const one of most) assert.ok((one as number) <= 3, `${String(one)} of one call ran at once`);
});

for (const cores of [1, 3])
  test(`the first part that fails, in order, is the call’s error, on ${cores} cores`, async () => {
    await using fixture = await open(cores);
    const fail = (how: string, at: number): Promise<unknown> => call(fixture, 'cut.fail', { n: 6, how, at });
    await assert.rejects(fail('coded', 4), { code: 'NOT_FOUND', message: 'lost 4', where: 'cut.fail' });
    await assert.rejects(fail('thrown', 2), { code: 'PLUGIN_THREW', message: 'cut.fail: TypeError: wrong 2' });
    await assert.rejects(fail('stalled', 3), { code: 'PLUGIN_STALLED' });
    await assert.rejects(fail('exit', 1), { code: 'PLUGIN_EXITED', where: 'cut.fail' });
    assert.deepEqual(await call(fixture, 'cut.fail', { n: 3, at: -1 }), [0, 1, 2], 'and the next call works');
    assert.equal(fixture.drafts.length, 1);
  });

test('what can’t leave its worker is the part’s error', async () => {
  await using fixture = await open(2);
  await assert.rejects(call(fixture, 'cut.fail', { n: 3, how: 'function', at: 1 }), { code: 'PLUGIN_OUTPUT_INVALID' });
  await assert.rejects(call(fixture, 'cut.told', { n: -1 }), { code: 'PLUGIN_THREW', message: /under `parts`/ });
});

for (const polite of [true, false])
  test(`a cancelled call stops its parts, ${polite ? 'which look up' : 'even those that never look up'}`, async () => {
    const stop = new AbortController();
    await using fixture = await open(2, { onLog: () => stop.abort() });
    await assert.rejects(call(fixture, 'cut.spin', { polite }, stop.signal), { code: 'CANCELLED' });
    const workers = (await call(fixture, 'cut.meet', { count: 2 })) as number[];
    assert.equal(new Set(workers).size, 2, 'both cores are free again');
    assert.equal(fixture.drafts.length, 1);
  });

test('a kernel that closes lets parts go first', async () => {
  const began = Promise.withResolvers<void>();
  await using fixture = await open(2, { onLog: () => began.resolve() });
  const running = call(fixture, 'cut.spin', { polite: true });
  const ended = assert.rejects(running, { code: 'CANCELLED' });
  await began.promise;
  await fixture.host.close();
  await ended;
  assert.equal(fixture.drafts.length, 0);
});

test('the time limit of the call holds for its parts', async () => {
  await using fixture = await openFixture(
    { cut: { ...CUT, methods: { ...CUT.methods, spin: { timeout: 300 } } } },
    { limits: { cores: 2, grace: 100 } },
  );
  await assert.rejects(call(fixture, 'cut.spin', { polite: false }), { code: 'TIMEOUT' });
  assert.equal(((await call(fixture, 'cut.meet', { count: 2 })) as number[]).length, 2);
});

test('who leaves early ends the rest, and inputs are read few ahead', async () => {
  for (const cores of [1, 2]) {
    await using fixture = await open(cores);
    const made = (await call(fixture, 'cut.early', { n: 500 })) as number;
    assert.ok(made >= 1000 && made <= 1006, `${made - 1000} of 500 were made, and the source was closed`);
  }
});

test('a call within a call has parts too, also while the outer one makes its inputs', async () => {
  for (const cores of [1, 2]) {
    await using fixture = await open(cores);
    assert.deepEqual(await Promise.all([1, 2, 3].map(() => call(fixture, 'other.outer', { n: 5 }))), [20, 20, 20]);
  }
});

test('what parts say is logged as the call’s', async () => {
  const lines: string[] = [];
  await using fixture = await open(2, {
    onLog: ({ method, message }: { method: string; message: string }) => lines.push(`${method} ${message}`),
  });
  await call(fixture, 'cut.told', { n: 3 });
  assert.deepEqual(lines.toSorted(), ['told part 0', 'told part 1', 'told part 2']);
});

test('a part that follows from its worker gives itself away on more of them', async () => {
  const on = async (cores: number): Promise<unknown> => {
    await using fixture = await open(cores);
    return [await call(fixture, 'cut.strange', { n: 2 }), await call(fixture, 'cut.strange', { n: 6 })];
  };
  assert.deepEqual(await on(1), [
    [0, 1],
    [2, 3, 4, 5, 6, 7],
  ]);
  assert.notDeepEqual(await on(3), await on(1));
});
