/** What `ctx` offers, and what it refuses. */
import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { digestValue } from '#common/value/value.ts';
import { openFixture } from './fixture.ts';
import type { LogLine } from './types.ts';

const READER = {
  manifest: { permissions: { files: ['datasets', 'input'] } },
  methods: { read: {}, list: {} },
  files: { 'data/own.txt': 'own' },
  code: `export default { methods: {
    read: async ({ path }, ctx) => new TextDecoder().decode(await ctx.files.read(path)),
    list: ({ path }, ctx) => ctx.files.list(path),
  } };`,
};

test('ctx.files reads what plugin.json names and nothing else', async () => {
  await using fixture = await openFixture({ reader: READER });
  const { host, dir, drafts } = fixture;
  await mkdir(join(dir, 'datasets', 'sub'), { recursive: true });
  await mkdir(join(dir, '.assay'));
  await writeFile(join(dir, 'datasets', 'a.csv'), 'a,b');
  await writeFile(join(dir, 'secret.txt'), 'secret');
  await writeFile(join(dir, '.assay', 'token'), 'secret');
  await symlink('../secret.txt', join(dir, 'datasets', 'link.txt'));
  await symlink('/etc', join(dir, 'datasets', 'etc'));
  await symlink('a.csv', join(dir, 'datasets', 'inner.csv'));
  const read = async (path: string): Promise<unknown> =>
    (await host.call({ method: 'reader.read', input: { path } })).result;

  assert.equal(await read('datasets/a.csv'), 'a,b');
  assert.equal(drafts[0]!.materials[0]!.name, 'file/datasets/a.csv', 'what was read is a material');
  assert.equal(await read('datasets/inner.csv'), 'a,b');
  assert.equal(await read('./data/own.txt'), 'own', 'its own files need no permission');
  assert.deepEqual((await host.call({ method: 'reader.list', input: { path: 'datasets' } })).result, [
    'a.csv',
    'etc',
    'inner.csv',
    'link.txt',
    'sub/',
  ]);
  for (const path of [
    '../../../etc/hostname',
    '/etc/hostname',
    'datasets/../.assay/token',
    'datasets/etc/hostname',
    './../../../etc/hostname',
    '.assay/token',
    '',
    'datasets/\0',
  ])
    await assert.rejects(read(path), { code: 'FORBIDDEN' }, path);
  await assert.rejects(read('datasets/missing.csv'), { code: 'NOT_FOUND' });
});

test('the permission `input` is for paths that the caller names, inside the project unless the caller is the user', async () => {
  await using fixture = await openFixture({
    reader: READER,
    sneaky: { ...READER, methods: { read: {} }, code: READER.code.replace('read(path)', `read(path + '.txt')`) },
  });
  const { host, dir } = fixture;
  await writeFile(join(dir, 'note.txt'), 'note');
  await writeFile(join(dir, 'note'), 'note');
  await mkdir(join(dir, 'away'));
  await writeFile(join(dir, 'away', 'x'), 'away');
  const read = (method: string, path: string, base?: string[]): Promise<unknown> =>
    host.call({ method, input: { path } }, base === undefined ? {} : { base }).then(({ result }) => result);
  assert.equal(await read('reader.read', 'note'), 'note');
  await assert.rejects(read('sneaky.read', 'note'), { code: 'FORBIDDEN' }, 'a path that was not named');
  await assert.rejects(read('reader.read', '/etc/hostname'), { code: 'FORBIDDEN' });
  assert.equal(await read('reader.read', 'x', [join(dir, 'nowhere'), join(dir, 'away')]), 'away');
  assert.ok(await read('reader.read', '/etc/passwd', [dir]));
});

const CALLER = {
  manifest: { permissions: { calls: ['callee.twice', 'caller.again', 'caller.deep'] } },
  methods: { run: {}, other: {}, again: {}, deep: {}, parallel: {} },
  code: `export default { methods: {
    run: async ({ x }, ctx) => ({ y: await ctx.call('callee.twice', { x }) }),
    other: (_, ctx) => ctx.call('callee.secret', {}),
    again: (_, ctx) => ctx.call('caller.again', {}),
    deep: (_, ctx) => ctx.call('caller.again', {}),
    parallel: async (_, ctx) => (await Promise.all([1, 2, 3].map((x) => ctx.call('callee.twice', { x })))),
  } };`,
};
const CALLEE = {
  methods: { twice: {}, secret: {} },
  code: `export default { methods: { twice: ({ x }, ctx) => 2 * x + 0 * ctx.random(), secret: () => 1 } };`,
};

test('ctx.call calls what plugin.json names, and its receipts become parents', async () => {
  await using fixture = await openFixture({ caller: CALLER, callee: CALLEE }, { limits: { workers: 1 } });
  const { host, drafts } = fixture;
  const call = (method: string): Promise<unknown> =>
    host.call({ method, input: { x: 4 }, seed: 9, stream: 's' }).then(({ result }) => result);
  assert.deepEqual(await call('caller.run'), { y: 8 });
  const [inner, outer] = drafts;
  assert.equal(inner!.method, 'callee.twice');
  assert.equal(inner!.env['seed'], 9);
  assert.equal(inner!.stream, 's');
  assert.equal(inner!.params, digestValue({ x: 4 }));
  assert.deepEqual(
    outer!.parents.map(({ role }) => role),
    ['call'],
  );
  assert.deepEqual(await call('caller.parallel'), [2, 4, 6]);
  assert.equal(drafts.at(-1)!.parents.length, 3);
  await assert.rejects(call('caller.other'), { code: 'FORBIDDEN', message: /may not call callee\.secret/ });
  await assert.rejects(call('caller.again'), { code: 'CALL_CYCLE', message: /caller\.again → caller\.again/ });
  await assert.rejects(call('caller.deep'), { code: 'CALL_CYCLE' });
});

const TOOLS = {
  methods: { draw: {}, write: { kind: 'model' as const }, tell: {}, fetches: {} },
  code: `export default { methods: {
    draw: (_, ctx) => [ctx.random(), ctx.random(), ctx.now()],
    write: async (_, ctx) => {
      const model = await ctx.artifact.write(new Uint8Array([1, 2, 3]));
      ctx.uses('data', 'a'.repeat(64));
      return { model, size: (await ctx.artifact.read(model)).length };
    },
    tell: async (_, ctx) => {
      ctx.log('warn', 'careful', { x: 1 });
      console.log('printed');
      for (let i = 0; i <= 100_000; i++) ctx.progress(i, 100_000, 'step');
      await new Promise((r) => setTimeout(r, 20));
    },
    fetches: () => fetch('http://127.0.0.1:9/'),
  } };`,
};

test('the rest of ctx', async () => {
  const lines: LogLine[] = [];
  await using fixture = await openFixture({ tools: TOOLS }, { onLog: (line) => void lines.push(line), now: () => 5 });
  const { host, drafts, artifacts } = fixture;
  const draw = async (seed: number): Promise<unknown> =>
    (await host.call({ method: 'tools.draw', input: {}, seed })).result;
  assert.deepEqual(await draw(1), await draw(1));
  assert.notDeepEqual(await draw(1), await draw(2));
  assert.notDeepEqual(await draw(1), await draw(2 ** 32 + 1));
  assert.equal(((await draw(1)) as number[])[2], 5);

  const written = await host.call({ method: 'tools.write', input: {} });
  const { model, size } = written.result as { model: string; size: number };
  assert.equal(size, 3);
  assert.ok(artifacts.has(model));
  const draft = drafts.at(-1)!;
  assert.equal(draft.kind, 'model');
  assert.deepEqual(draft.subject[1], { name: 'model', digest: { sha256: model } });
  assert.deepEqual(draft.materials, [{ name: 'data', digest: 'a'.repeat(64) }]);

  const seen: number[] = [];
  const began = performance.now();
  await host.call({ method: 'tools.tell', input: {}, id: 'c' }, { onProgress: (done) => void seen.push(done) });
  assert.ok(seen.length <= (performance.now() - began) / 50 + 2, `${seen.length} reports: at most 20 a second`);
  assert.equal(seen.at(-1), 100_000, 'the last one always arrives');
  assert.deepEqual(
    lines.find(({ level }) => level === 'warn'),
    {
      plugin: 'tools',
      method: 'tell',
      call: 'c',
      level: 'warn',
      message: 'careful',
      details: { x: 1 },
    },
  );
  while (!lines.some(({ message }) => message === 'printed')) await wait(10);
  await assert.rejects(host.call({ method: 'tools.fetches', input: {} }), {
    code: 'FORBIDDEN',
    message: /127\.0\.0\.1:9/,
  });
});

test('events tell of calls that nobody’s method made', async () => {
  const events: string[] = [];
  await using fixture = await openFixture(
    { caller: CALLER, callee: CALLEE },
    { onEvent: (event) => void events.push(event.type === 'run' ? `${event.method} ${event.state}` : event.type) },
  );
  await fixture.host.call({ method: 'caller.run', input: { x: 1 } });
  await assert.rejects(fixture.host.call({ method: 'caller.other', input: {} }));
  assert.deepEqual(events, ['caller.run started', 'caller.run done', 'caller.other started', 'caller.other failed']);
});

test('the kernel’s home is closed to every path', async () => {
  const secret: string[] = [];
  await using fixture = await openFixture({ reader: READER }, { secret });
  const { host, dir } = fixture;
  await mkdir(join(dir, 'datasets', 'home'), { recursive: true });
  await writeFile(join(dir, 'datasets', 'home', 'key'), 'secret');
  await symlink('datasets/home/key', join(dir, 'link'));
  const read = (path: string): Promise<unknown> => host.call({ method: 'reader.read', input: { path } });
  await read('datasets/home/key');
  secret.push(join(dir, 'datasets', 'home'));
  for (const path of ['datasets/home/key', 'link', join(dir, 'datasets', 'home', 'key')])
    await assert.rejects(read(path), { code: 'FORBIDDEN' }, path);
});
