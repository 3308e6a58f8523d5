/** `assay call` on a file: cores, and artifacts as files of the user's. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readNpy } from '#common/data/npy.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const dir = await mkdtemp(join(tmpdir(), 'assay-call-file-'));
after(() => rm(dir, { recursive: true, force: true }));

interface Said {
  readonly code: number;
  readonly out: Record<string, unknown>;
}

function call(...args: string[]): Promise<Said> {
  const command = [join(ROOT, 'kernel/cli.js'), 'call', ...args, '--home', join(dir, 'home')];
  const env = { ...process.env, ASSAY_HOME: '', DATABASE_URL: '', ASSAY_CORES: '' };
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: ROOT, env }, (error, stdout) => {
      const code = typeof error?.code === 'number' ? error.code : 0;
      resolve({ code, out: JSON.parse(stdout || '{}') as Record<string, unknown> });
    });
  });
}

test('values of a file are saved, the same on any number of cores', async () => {
  await writeFile(join(dir, 'rows.csv'), 'hours,room\n2,b\n,a\n8.5,c\n');
  const background = {
    columns: ['hours', 'room'],
    rows: [
      [1, 'a'],
      [3, 'b'],
      [5, 'a'],
    ],
  };
  const model = join(ROOT, 'plugins/shap/examples/score.onnx');
  await writeFile(join(dir, 'q.json'), JSON.stringify({ model, data: 'rows.csv', background }));
  const input = ['shap.explainFile', '--input', join(dir, 'q.json')];
  const digests: unknown[] = [];
  for (const cores of ['1', '3']) {
    const file = join(dir, `values-${cores}.npy`);
    const { code, out } = await call(...input, '--cores', cores, '--save', `values=${file}`);
    assert.equal(code, 0, JSON.stringify(out));
    const bytes = await readFile(file);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), out['values']);
    assert.deepEqual(readNpy(bytes).shape, [3, 2]);
    assert.deepEqual(out['shape'], [3, 2]);
    digests.push(out['values']);
  }
  assert.equal(digests[0], digests[1]);
  const wrong = await call(...input, '--save', `names=${join(dir, 'never')}`);
  assert.deepEqual([wrong.code, wrong.out['code']], [1, 'USAGE']);
  const nowhere = await call(...input, '--save', `values=${join(dir, 'no', 'folder')}`);
  assert.deepEqual([nowhere.code, nowhere.out['code']], [1, 'NO_ACCESS']);
  for (const args of [
    ['--save', 'values'],
    ['--cores', '0'],
    ['--cores', 'many'],
  ])
    assert.equal((await call(...input, ...args)).out['code'], 'USAGE', args.join(' '));
  assert.deepEqual((await readdir(dir)).toSorted(), ['home', 'q.json', 'rows.csv', 'values-1.npy', 'values-3.npy']);
});
