import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openArtifacts, type Artifacts } from './artifacts.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield randomBytes(1000);
  throw new Error('the line went dead');
}

describe('artifacts', () => {
  let dir: string;
  let artifacts: Artifacts;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'assay-artifacts-'));
    artifacts = await openArtifacts(dir);
  });
  after(() => rm(dir, { recursive: true }));

  const unfinished = (): Promise<string[]> => readdir(join(dir, 'new'));

  it('gives back what it was given, under its digest', async () => {
    const bytes = randomBytes(100_000);
    const digest = await artifacts.put(bytes);
    assert.equal(digest, sha256(bytes));
    assert.deepEqual(Buffer.from(await artifacts.get(digest)), bytes);
    assert.equal(await artifacts.has(digest), true);
    assert.equal(await artifacts.size(digest), bytes.length);
    assert.equal(await artifacts.put(new Uint8Array(0)), sha256(new Uint8Array(0)));
  });

  it('takes parts and streams as one whole, and gives chunks', async () => {
    const parts = [randomBytes(10), randomBytes(0), randomBytes(300_000)];
    async function* slowly(): AsyncGenerator<Uint8Array> {
      yield* parts;
    }
    const digest = await artifacts.put(parts);
    assert.equal(await artifacts.put(slowly()), digest);
    const chunks: Uint8Array[] = [];
    for await (const chunk of artifacts.stream(digest)) chunks.push(chunk);
    assert.deepEqual(Buffer.concat(chunks), Buffer.concat(parts));
  });

  it('writes the same bytes at once from many sides as one file', async () => {
    const bytes = randomBytes(50_000);
    const digests = await Promise.all(Array.from({ length: 20 }, () => artifacts.put(bytes)));
    assert.deepEqual(new Set(digests), new Set([sha256(bytes)]));
    assert.deepEqual(await unfinished(), []);
  });

  it('leaves nothing of a stream that broke off', async () => {
    await assert.rejects(artifacts.put(breaking()), { message: 'the line went dead' });
    assert.deepEqual(await unfinished(), []);
  });

  it('says what is missing, and takes nothing but digests for names', async () => {
    const digest = 'ab'.repeat(32);
    assert.equal(await artifacts.has(digest), false);
    for (const name of [digest, '../../../etc/passwd', '']) {
      await assert.rejects(async () => artifacts.get(name), { code: 'NOT_FOUND' });
    }
    await assert.rejects(artifacts.size(digest), { code: 'NOT_FOUND' });
    await assert.rejects(artifacts.stream(digest)[Symbol.asyncIterator]().next(), { code: 'NOT_FOUND' });
  });

  it('notices every changed, cut or added byte, and is mended by writing the artifact again', async () => {
    const bytes = randomBytes(1000);
    const digest = await artifacts.put(bytes);
    await chmod(artifacts.path(digest), 0o644);
    const flipped = Buffer.from(bytes);
    flipped[500]! ^= 1;
    for (const damaged of [flipped, bytes.subarray(1), Buffer.concat([bytes, bytes.subarray(0, 1)])]) {
      await writeFile(artifacts.path(digest), damaged);
      await assert.rejects(artifacts.get(digest), { code: 'ARTIFACT_CORRUPT' });
      await assert.rejects(
        async () => {
          for await (const chunk of artifacts.stream(digest)) assert.ok(chunk.length > 0);
        },
        { code: 'ARTIFACT_CORRUPT' },
      );
    }
    await artifacts.put(bytes);
    assert.deepEqual(Buffer.from(await artifacts.get(digest)), bytes);
  });

  it('leaves no half file on a full disk', async () => {
    // A limit on the size of files is the full disk that every system lends us.
    const code = `
      import { openArtifacts } from ${JSON.stringify(new URL('./artifacts.ts', import.meta.url).href)};
      const artifacts = await openArtifacts(${JSON.stringify(dir)});
      const small = await artifacts.put(new Uint8Array(1000).fill(7));
      const refused = await artifacts.put(new Uint8Array(1 << 20)).catch(({ code }) => code);
      console.log(JSON.stringify({ small, refused }));`;
    const limited = `trap '' XFSZ; ulimit -f 16; exec "$0" --input-type=module -e "$1"`;
    const { stdout, stderr } = spawnSync('/bin/sh', ['-c', limited, process.execPath, code], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(stdout || stderr), {
      small: sha256(new Uint8Array(1000).fill(7)),
      refused: 'DISK_FULL',
    });
    assert.deepEqual(await unfinished(), []);
    assert.equal(await artifacts.has(sha256(new Uint8Array(1 << 20))), false);
  });

  it('sweeps away what a killed kernel was writing, and spares what is young', async () => {
    for (const name of ['old', 'young']) await writeFile(join(dir, 'new', name), 'half');
    await utimes(join(dir, 'new/old'), 0, 0);
    await openArtifacts(dir);
    assert.deepEqual(await unfinished(), ['young']);
  });
});
