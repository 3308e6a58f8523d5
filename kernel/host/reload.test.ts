import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { EventBody } from '#common/protocol.ts';
import { openFixture, type FixturePlugin } from './fixture.ts';

const giving = (value: number, more: Partial<FixturePlugin> = {}): FixturePlugin => ({
  methods: { run: {} },
  code: `import { value } from './lib/value.ts'; export default { methods: { run: async ({ wait }) => {
    if (wait) await new Promise((r) => setTimeout(r, wait));
    return value;
  } } };`,
  files: { 'lib/value.ts': `export const value: number = ${value};` },
  ...more,
});

/** What was told of plugins, and a way to wait for it to be told once more. */
function listen(): { onEvent(event: EventBody): void; heard(state: string, name: string): Promise<void> } {
  let told: string[] = [];
  let wake = Promise.withResolvers<void>();
  return {
    onEvent(event) {
      if (event.type !== 'plugin') return;
      told.push(`${event.state} ${event.name}`);
      wake.resolve();
      wake = Promise.withResolvers();
    },
    async heard(state, name) {
      while (!told.includes(`${state} ${name}`)) await wake.promise;
      told = [];
    },
  };
}

/** A folder is read when nothing in it changed for a moment; a slow write may be seen in two steps. */
async function becomes(see: () => Promise<unknown>, value: unknown): Promise<void> {
  while ((await see().catch(() => undefined)) !== value) await wait(20);
}

test('a watched plugin is new for the next call, and calls under way end on the old code', async () => {
  const events = listen();
  await using fixture = await openFixture({ p: giving(1) }, { watch: true, onEvent: events.onEvent });
  const { host } = fixture;
  const run = async (input: unknown = {}): Promise<unknown> => (await host.call({ method: 'p.run', input })).result;
  assert.equal(await run(), 1);
  const before = host.plugin('p').digest;
  const old = run({ wait: 600 });
  await fixture.write('p', giving(2));
  await events.heard('changed', 'p');
  await becomes(run, 2);
  assert.equal(await old, 1);
  assert.notEqual(host.plugin('p').digest, before);
  assert.equal(fixture.drafts.find(({ plugin }) => plugin!.digest === before)!.method, 'p.run');

  await fixture.write('q', giving(3));
  await events.heard('loaded', 'q');
  assert.equal((await host.call({ method: 'q.run', input: {} })).result, 3);

  await fixture.write('q', giving(3, { manifest: { version: 'one' } }));
  await events.heard('failed', 'q');
  await assert.rejects(host.call({ method: 'q.run', input: {} }), { code: 'PLUGIN_INVALID', message: /version/ });

  await rm(join(fixture.dir, 'plugins', 'p'), { recursive: true });
  await events.heard('changed', 'p');
  await becomes(() => Promise.resolve(host.list().length), 0);
  await assert.rejects(run(), { code: 'METHOD_NOT_FOUND' });
});

test('unwatched, a new worker never runs other code than its receipt says', async () => {
  await using fixture = await openFixture({ p: giving(1) });
  const { host, drafts } = fixture;
  const before = host.plugin('p').digest;
  await fixture.write('p', giving(5));
  assert.equal((await host.call({ method: 'p.run', input: {} })).result, 5);
  assert.notEqual(drafts[0]!.plugin!.digest, before);
});

test('syntax that Node cannot strip goes through tsx', async () => {
  await using fixture = await openFixture({
    p: giving(1, {
      code: `import { AssayError } from '#common/errors.ts';
        import { E } from './lib/value.ts';
        enum Colour { Red = 4 }
        class Point { constructor(readonly x: number) {} }
        export default { methods: { run: ({ fail }: { fail?: boolean }) => {
          if (fail) throw new AssayError('NOT_FOUND', 'kept');
          return Colour.Red + E.One + new Point(1).x;
        } } };`,
      files: { 'lib/value.ts': `export enum E { One = 10 }` },
    }),
  });
  assert.equal((await fixture.host.call({ method: 'p.run', input: {} })).result, 15);
  await assert.rejects(fixture.host.call({ method: 'p.run', input: { fail: true } }), {
    code: 'NOT_FOUND',
    message: 'kept',
  });
});

test('all of a plugin’s files make its digest, and nothing else does', async () => {
  await using fixture = await openFixture({ p: giving(1) });
  const digest = async (): Promise<string> => {
    await fixture.host.reload();
    return fixture.host.plugin('p').digest;
  };
  const first = await digest();
  await fixture.write(
    'p',
    giving(1, {
      files: { 'lib/value.ts': 'export const value: number = 1;', '.cache': 'x', 'node_modules/a/x.js': 'x' },
    }),
  );
  assert.equal(await digest(), first);
  await fixture.write(
    'p',
    giving(1, { files: { 'lib/value.ts': 'export const value: number = 1;', 'README.md': 'x' } }),
  );
  assert.notEqual(await digest(), first);
});

test('a plugin that is broken while it is edited says so, the others go on, and mended it is back', async () => {
  await using fixture = await openFixture({ p: giving(1), q: giving(7) }, { watch: true });
  const { host } = fixture;
  const answer = (plugin = 'p'): Promise<unknown> =>
    host.call({ method: `${plugin}.run`, input: {} }).then(
      ({ result }) => result,
      (error: { code: string }) => error.code,
    );
  assert.equal(await answer(), 1);
  await fixture.write('p', giving(2, { code: 'export default {{{' }));
  await becomes(answer, 'PLUGIN_LOAD_FAILED');
  await writeFile(join(fixture.dir, 'plugins/p/plugin.json'), '{"name": ');
  await becomes(answer, 'PLUGIN_INVALID');
  assert.equal(await answer('q'), 7);
  await fixture.write('p', giving(3));
  await becomes(answer, 3);
});
