import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { diskError, makeFolder, writeWhole } from './files.ts';

/** A folder that not even root may write to, where there is one. */
async function closed(): Promise<string> {
  if (process.platform === 'linux') return '/sys';
  const folder = await mkdtemp(join(tmpdir(), 'assay-closed-'));
  await chmod(folder, 0o500);
  return folder;
}

test('a place that may not be written is said so, with its path', async () => {
  const folder = await closed();
  await assert.rejects(makeFolder(join(folder, 'home')), { code: 'NO_ACCESS', where: join(folder, 'home') });
  await assert.rejects(writeWhole(join(folder, 'file'), 'x'), { code: 'NO_ACCESS', where: join(folder, 'file') });
});

test('what is written replaces the whole file and leaves nothing beside it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'assay-files-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'file'), 'long before');
  await writeWhole(join(folder, 'file'), 'new');
  assert.equal(await readFile(join(folder, 'file'), 'utf8'), 'new');
  await assert.rejects(writeWhole(join(folder, 'none', 'file'), 'x'), { code: 'ENOENT' });
  assert.deepEqual(await readdir(folder), ['file']);
});

test('errors of the disk have codes of their own, all others stay what they were', () => {
  const failed = (code: string): Error => Object.assign(new Error(code), { code });
  for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG']) assert.equal(codeOf(diskError(failed(code))), 'DISK_FULL');
  for (const code of ['EACCES', 'EPERM', 'EROFS']) assert.equal(codeOf(diskError(failed(code))), 'NO_ACCESS');
  const other = failed('EIO');
  assert.equal(diskError(other), other);
});

const codeOf = (error: unknown): string => (error as { code: string }).code;
