/** What a plugin's author does, on the command line: a new plugin, the suite, calls in a kernel of their own and in a running one. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { writeNpy } from '../../kernel/common/data/npy.ts';

const CLI = resolve('kernel/cli.js');

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

test('from nothing to a plugin in a running kernel', { timeout: 120_000 }, async (t) => {
  const project = await mkdtemp(join(tmpdir(), 'assay-author-'));
  const start = (args: readonly string[]): ChildProcess => spawn(process.execPath, [CLI, ...args], { cwd: project });
  const assay = async (args: readonly string[], input = ''): Promise<Ran> => {
    const child = start(args);
    child.stdin!.end(input);
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
    return { code: await ended, out, err };
  };
  const called = async (args: readonly string[], input?: string): Promise<unknown> => {
    const { code, out, err } = await assay(['call', ...args], input);
    assert.equal(code, 0, out + err);
    return JSON.parse(out);
  };
  t.after(() => rm(project, { recursive: true, force: true }));

  const made = await assay(['new-plugin', 'my-stats']);
  assert.equal(made.code, 0, made.err);
  assert.match((await assay(['new-plugin', 'my-stats'])).err, /PLUGIN_EXISTS/);
  assert.match((await assay(['new-plugin', 'My Stats'])).err, /PLUGIN_NAME_INVALID/);
  const checked = await assay(['check-plugin', 'my-stats', '--json']);
  assert.equal(checked.code, 0, checked.out);
  assert.match((await assay(['plugin-types'])).out, /my-stats\/methods\.gen\.ts is current/);

  await mkdir(join(project, 'sub'));
  await writeFile(
    join(project, 'sub', 'x.npy'),
    writeNpy({ $: 'tensor', shape: [4], data: new Float64Array([1, 2, 3, NaN]) }),
  );
  await writeFile(join(project, 'sub', 'in.json'), '{"values": {"file": "x.npy"}}');
  const inline = '{"values": [1, 2, 3, null]}';
  const args = ['my-stats.mean', '--seed', '7', '--input'];

  const own = await assay(['call', ...args, '-'], inline);
  assert.equal(own.code, 0, own.out);
  assert.match(own.err, /^receipt [0-9a-f]{64}$/m);
  const result = JSON.parse(own.out) as { mean: number };
  assert.equal(result.mean, 2);
  assert.deepEqual(await called([...args, 'sub/in.json']), result, 'a file is beside the input file');
  const wrong = await assay(['call', ...args, '-'], '{"values": [1, "x"]}');
  assert.equal(wrong.code, 1);
  assert.deepEqual((({ code, where }) => ({ code, where }))(JSON.parse(wrong.out) as { code: string; where: string }), {
    code: 'INPUT_INVALID',
    where: '/values/1',
  });
  assert.equal((await assay(['call', ...args, '-'], 'no json')).code, 1);
  const twice = JSON.parse((await assay(['call', ...args, '-'], '{"values": [1], "values": [2]}')).out) as Record<string, string>; // prettier-ignore
  assert.deepEqual([twice['code'], twice['where']], ['INPUT_INVALID', '/values']);
  assert.match(twice['message']!, /“values” comes twice/);

  const kernel = start(['serve', '--no-open', '--port', '0']);
  const stopped = new Promise((resolve) => kernel.once('close', resolve));
  try {
    const handle = join(project, '.assay', 'kernel.json');
    for (let up = false; !up; await wait(50))
      up = await readFile(handle).then(
        () => true,
        () => false,
      );
    assert.deepEqual(await called([...args, '-'], inline), result, 'the running kernel gives the same');
    assert.deepEqual(await called([...args, 'sub/in.json']), result);
    assert.match(JSON.stringify(await called([...args, 'sub/in.json', '--receipt'])), /"receipt":"[0-9a-f]{64}"/);

    assert.equal((await assay(['new-plugin', 'late'])).code, 0);
    await copyFile(join(project, 'sub', 'x.npy'), join(project, 'y.npy'));
    const manifest = JSON.parse(await readFile(join(project, 'plugins', 'late', 'plugin.json'), 'utf8')) as {
      methods: Record<string, object>;
    };
    manifest.methods['count'] = {
      title: 'Count',
      description: 'Counts.',
      stream: true,
      input: { type: 'object', properties: { x: { assay: 'tensor' } } },
      output: { type: 'integer' },
    };
    await writeFile(
      join(project, 'plugins', 'late', 'index.ts'),
      `export default { methods: { mean: () => 0, async *count({ x }: { x: { data: Float64Array } }) { yield* x.data.slice(0, 3); } } };`,
    );
    await writeFile(join(project, 'plugins', 'late', 'plugin.json'), JSON.stringify(manifest));
    let late: Ran;
    do {
      await wait(100);
      late = await assay(['call', 'late.count', '--input', '-'], '{"x": {"file": "y.npy"}}');
    } while (late.out.includes('METHOD_NOT_FOUND'));
    assert.deepEqual(JSON.parse(late.out), [1, 2, 3], 'a new plugin is there without a restart, and streams');
  } finally {
    kernel.kill('SIGTERM');
    await stopped;
  }
});
