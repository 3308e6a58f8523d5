import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readWhole } from './whole-file.ts';

test('files are read whole; folders, devices and sockets are refused at once', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'assay-file-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, 'a'), 'some bytes');
  assert.equal(new TextDecoder().decode(await readWhole(join(dir, 'a'))), 'some bytes');
  await writeFile(join(dir, 'empty'), '');
  assert.equal((await readWhole(join(dir, 'empty'))).length, 0);
  await assert.rejects(readWhole(join(dir, 'b'), 'b'), { code: 'NOT_FOUND', message: 'There is no file “b”.' });
  await assert.rejects(readWhole(dir, 'it'), { code: 'NOT_FOUND', message: '“it” is a folder.' });
  await assert.rejects(readWhole('/dev/zero'), { code: 'NOT_FOUND', message: /no file/ });
  const socket = createServer().listen(join(dir, 'socket'));
  await new Promise((resolve) => socket.once('listening', resolve));
  t.after(() => socket.close());
  await assert.rejects(readWhole(join(dir, 'socket')), { code: 'NOT_FOUND', message: /no file/ });
});
