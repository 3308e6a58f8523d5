/** Everything that a plugin can do wrong costs its own call a coded error that names it, and the next call is served. */
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { AssayError, type ErrorCode } from '#common/errors.ts';
import { openFixture, type Fixture } from './fixture.ts';
import type { CallOptions } from './types.ts';

const DEFINE = `import { definePlugin } from '#common/plugin.ts';\n`;

const METHODS: Readonly<Record<string, string>> = {
  ok: `() => 'fine'`,
  throws: `() => { null.x; }`,
  rejects: `() => Promise.reject(42)`,
  coded: `() => { throw new AssayError('TABLE_INVALID', 'Not my table.', { where: 'age' }); }`,
  exits: `() => process.exit(0)`,
  later: `() => new Promise(() => { setTimeout(() => { throw new Error('in a timer'); }, 1); })`,
  unhandled: `() => { Promise.reject(new Error('nobody listens')); return new Promise((r) => setTimeout(r, 1000)); }`,
  loops: `() => { for (;;); }`,
  stubborn: `() => new Promise(() => { setInterval(() => {}, 1000); })`,
  polite: `(_, ctx) => new Promise((_, no) => ctx.signal.addEventListener('abort', () => no(ctx.signal.reason)))`,
  counts: `(_, ctx) => { for (let i = 0; ; i++) ctx.progress(i, 0); }`,
  dead: `() => new Promise(() => {})`,
  wrong: `() => 'text'`,
  clones: `() => ({ f() {} })`,
  circles: `() => { const self = {}; self.self = self; return self; }`,
  pushes: `() => { const a = []; for (;;) a.push({}); }`,
  buffers: `() => { const a = []; for (;;) a.push(new Uint8Array(1e7).fill(1)); }`,
  huge: `() => new Float64Array(1e12)`,
  kills: `() => process.kill(process.pid)`,
};

const FAULTY = {
  methods: Object.fromEntries(
    Object.keys(METHODS).map((name) => [name, name === 'wrong' ? { output: { type: 'number' } } : {}]),
  ),
  code: `${DEFINE}import { AssayError } from '#common/errors.ts';
export default definePlugin({ methods: {
${Object.entries(METHODS)
  .map(([name, code]) => `  ${name}: ${code},`)
  .join('\n')}
} });`,
};

const soon = (): CallOptions => ({ signal: AbortSignal.timeout(100) });

async function failsWith(
  { host }: Fixture,
  method: string,
  code: ErrorCode,
  says: RegExp,
  options: CallOptions = {},
): Promise<AssayError> {
  const error = await host.call({ method, input: {} }, options).then(
    () => assert.fail(`${method} did not fail`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof AssayError, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, says);
  assert.equal(error.where, method);
  assert.deepEqual((await host.call({ method: 'faulty.ok', input: {} })).result, 'fine', 'the next call is served');
  return error;
}

test('methods that fail', async (t) => {
  await using fixture = await openFixture(
    { faulty: FAULTY },
    { limits: { workers: 2, memory: 256, grace: 100, timeout: 5000 } },
  );
  const { host, drafts } = fixture;
  const fails = (name: string, code: ErrorCode, says: RegExp, options?: CallOptions): Promise<AssayError> =>
    failsWith(fixture, `faulty.${name}`, code, says, options);
  const sub = (says: string, ...call: Parameters<typeof fails>): Promise<void> =>
    t.test(says, async () => {
      await fails(...call);
    });

  await t.test('throw', async () => {
    const error = await fails('throws', 'PLUGIN_THREW', /^faulty\.throws: TypeError: .*null/);
    assert.match((error.details as { at: string }).at, /^index\.ts:5:\d+$/);
  });
  await sub('reject with what is no error', 'rejects', 'PLUGIN_THREW', /42, which is not an Error/);
  await t.test('throw one of Assay’s codes, and keep it', async () => {
    const error = await fails('coded', 'TABLE_INVALID', /^Not my table\.$/);
    assert.equal((error.details as { in: string }).in, 'age');
  });
  await sub('exit', 'exits', 'PLUGIN_EXITED', /ended with code 0/);
  await sub('throw in a timer', 'later', 'PLUGIN_THREW', /in a timer/);
  await sub('leave a rejection alone', 'unhandled', 'PLUGIN_THREW', /nobody listens/);
  await sub('loop for ever, and be cancelled', 'loops', 'CANCELLED', /cancelled/, soon());
  await sub('wait for ever, and be cancelled', 'stubborn', 'CANCELLED', /cancelled/, soon());
  await sub('be asked to stop, and stop', 'polite', 'CANCELLED', /cancelled/, soon());
  await sub('compute, report progress, and be cancelled', 'counts', 'CANCELLED', /cancelled/, soon());
  await sub('never settle', 'dead', 'PLUGIN_STALLED', /nothing can settle/);
  await t.test('return what does not fit', async () => {
    const error = await fails('wrong', 'PLUGIN_OUTPUT_INVALID', /must be a number; got "text"/);
    assert.deepEqual(error.details, { path: '', expected: 'must be a number', got: '"text"' });
  });
  await sub('return what cannot be sent', 'clones', 'PLUGIN_OUTPUT_INVALID', /could not be cloned/);
  await sub('return what holds itself', 'circles', 'PLUGIN_OUTPUT_INVALID', /holds itself/);
  await sub('fill the heap', 'pushes', 'PLUGIN_OUT_OF_MEMORY', /MB|memory/i);
  await sub('fill array buffers', 'buffers', 'PLUGIN_OUT_OF_MEMORY', /MB|memory/i);
  await sub('ask for an impossible array', 'huge', 'PLUGIN_OUT_OF_MEMORY', /Float64Array|array length|allocation/i);
  await sub('reach for the process', 'kills', 'FORBIDDEN', /process\.kill/);

  await t.test('a runaway call costs only itself', async () => {
    const stop = new AbortController();
    const runaway = host.call({ method: 'faulty.loops', input: {} }, { signal: stop.signal });
    const others = await Promise.all([1, 2, 3].map(() => host.call({ method: 'faulty.ok', input: {} })));
    assert.deepEqual(
      others.map(({ result }) => result),
      ['fine', 'fine', 'fine'],
    );
    stop.abort();
    await assert.rejects(runaway, { code: 'CANCELLED' });
  });
  assert.ok(
    drafts.every(({ method }) => method === 'faulty.ok'),
    'failed calls leave no receipt',
  );
});

test('time limits', async () => {
  await using fixture = await openFixture(
    {
      faulty: {
        ...FAULTY,
        methods: { ...FAULTY.methods, loops: { timeout: 150 }, polite: { timeout: 100 }, counts: { timeout: 100 } },
      },
    },
    { limits: { grace: 50 } },
  );
  await failsWith(fixture, 'faulty.loops', 'TIMEOUT', /^faulty\.loops: It took longer than 150 ms/);
  await failsWith(fixture, 'faulty.polite', 'TIMEOUT', /100 ms/);
  await failsWith(fixture, 'faulty.counts', 'TIMEOUT', /100 ms/);
});

test('names that are not there', async () => {
  await using fixture = await openFixture({ faulty: FAULTY });
  await assert.rejects(fixture.host.call({ method: 'faulty.thrwos', input: {} }), {
    code: 'METHOD_NOT_FOUND',
    message: /no method “thrwos”. Did you mean “faulty.throws”/,
  });
  await assert.rejects(fixture.host.call({ method: 'fualty.ok', input: {} }), {
    code: 'METHOD_NOT_FOUND',
    message: /“faulty”/,
  });
  await assert.rejects(fixture.host.call({ method: 'faulty', input: {} }), { code: 'METHOD_NOT_FOUND' });
  await assert.rejects(fixture.host.call({ method: 'faulty.constructor', input: {} }), { code: 'METHOD_NOT_FOUND' });
});

test('code that does not load', async (t) => {
  const cases: Readonly<Record<string, { code: string; fails: ErrorCode; says: RegExp }>> = {
    missing: { code: `import './nowhere.ts';`, fails: 'PLUGIN_LOAD_FAILED', says: /nowhere\.ts/ },
    syntax: { code: `const x = ;\n`, fails: 'PLUGIN_LOAD_FAILED', says: /SyntaxError/ },
    throws: { code: `throw new Error('while loading');`, fails: 'PLUGIN_LOAD_FAILED', says: /while loading/ },
    exits: { code: `process.exit(3);`, fails: 'PLUGIN_EXITED', says: /code 3 while it was loading/ },
    waits: { code: `await new Promise(() => {});`, fails: 'PLUGIN_STALLED', says: /top-level await/ },
    enums: { code: `enum A { x };`, fails: 'PLUGIN_LOAD_FAILED', says: /export default definePlugin/ },
    empty: { code: `export const x = 1;`, fails: 'PLUGIN_LOAD_FAILED', says: /export default definePlugin/ },
    lacks: {
      code: `export default { methods: {} };`,
      fails: 'PLUGIN_LOAD_FAILED',
      says: /names run, which index\.ts does not define/,
    },
    reads: { code: `import { readFileSync } from 'fs';`, fails: 'FORBIDDEN', says: /may not import node:fs/ },
    asks: { code: `await import('node:child_process');`, fails: 'FORBIDDEN', says: /child_process/ },
    data: { code: `await import('data:text/javascript,import "node:fs"');`, fails: 'FORBIDDEN', says: /data:/ },
    peeks: { code: `import '../missing/index.ts';`, fails: 'FORBIDDEN', says: /missing\/index\.ts/ },
    builtin: { code: `process.getBuiltinModule('fs');`, fails: 'FORBIDDEN', says: /getBuiltinModule/ },
  };
  await using fixture = await openFixture(
    Object.fromEntries(Object.entries(cases).map(([name, { code }]) => [name, { methods: { run: {} }, code }])),
  );
  await t.test('loops', async () => {
    await using impatient = await openFixture(
      { loops: { methods: { run: {} }, code: `for (;;);` } },
      { limits: { load: 700 } },
    );
    await assert.rejects(impatient.host.call({ method: 'loops.run', input: {} }), {
      code: 'TIMEOUT',
      message: /did not load within 700 ms/,
      where: 'loops.run',
    });
  });
  for (const [name, { fails, says }] of Object.entries(cases))
    await t.test(name, () =>
      assert.rejects(fixture.host.call({ method: `${name}.run`, input: {} }), {
        code: fails,
        message: says,
        where: `${name}.run`,
      }),
    );
  await t.test('a syntax error is located', () =>
    assert.rejects(fixture.host.call({ method: 'syntax.run', input: {} }), (error: AssayError) => {
      assert.match((error.details as { at: string }).at, /^index\.ts:1/);
      return true;
    }),
  );
  await t.test('and is loaded afresh when it is mended', async () => {
    await fixture.write('syntax', { methods: { run: {} }, code: `export default { methods: { run: () => 1 } };` });
    assert.equal((await fixture.host.call({ method: 'syntax.run', input: {} })).result, 1);
  });
});

test('a bad plugin.json is refused before any code is loaded', async () => {
  await using fixture = await openFixture({
    fine: { methods: { run: {} }, code: `export default { methods: { run: () => 1 } };` },
  });
  const dir = join(fixture.dir, 'plugins', 'bad');
  await mkdir(dir);
  await writeFile(join(dir, 'index.ts'), `throw new Error('this must not run');`);
  const good = JSON.stringify(fixture.host.plugin('fine').manifest);
  const cases: readonly [string, string, RegExp][] = [
    ['{', '', /not JSON/],
    [good.replace('{', '{"permissions":{"files":["data"]},'), '/permissions', /“permissions” comes twice/],
    [good, '/name', /“fine” must be the folder’s, “bad”/],
    [good.replace('"fine"', '"bad"').replace('"*"', '"^9.0.0"'), '/engines/assay', /is for Assay \^9\.0\.0/],
    [good.replace('"fine"', '"bad"').replace('"*"', '"soon"'), '/engines/assay', /not a range/],
    [good.replace('"fine"', '"bad"').replace('"permissions"', '"permisions"'), '', /“permissions”/],
    [
      good.replace('"fine"', '"bad"').replace('{"type":"object"}', '{"type":"object","minProperties":"3"}'),
      '/methods/run/input',
      /minProperties/,
    ],
    [
      good.replace('"fine"', '"bad"').replace('{"type":"object"}', '{"type":"array"}'),
      '/methods/run/input/type',
      /object/,
    ],
    [
      good.replace('"fine"', '"bad"').replace('{"type":"object"}', '{"type":"object","assya":"table"}'),
      '/methods/run/input',
      /assya/,
    ],
    [
      good.replace('"fine"', '"bad"').replace('"permissions":{}', '"permissions":{"files":["../.."]}'),
      '/permissions/files/0',
      /pattern/,
    ],
  ];
  for (const [text, path, says] of cases) {
    await writeFile(join(dir, 'plugin.json'), text);
    await fixture.host.reload();
    await assert.rejects(fixture.host.call({ method: 'bad.run', input: {} }), (error: AssayError) => {
      assert.equal(error.code, 'PLUGIN_INVALID');
      assert.match(error.message, says);
      if (path !== '') assert.equal((error.details as { path: string }).path, path);
      assert.ok(error.message.includes(join(dir, 'plugin.json')), error.message);
      return true;
    });
    assert.deepEqual(
      fixture.host.problems().map(({ name }) => name),
      ['bad'],
    );
  }
  await rm(dir, { recursive: true });
  await fixture.host.reload();
  assert.deepEqual(fixture.host.problems(), []);
  assert.equal((await fixture.host.call({ method: 'fine.run', input: {} })).result, 1);
});
