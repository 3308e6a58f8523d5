/** Artifacts and streams that a method reads and writes piece by piece. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openArtifacts } from '../store/artifacts.ts';
import { openFixture, type Fixture, type FixturePlugin } from './fixture.ts';

const COPY: FixturePlugin = {
  manifest: { permissions: { calls: ['copy.count', 'copy.broken'] } },
  methods: {
    write: {},
    upper: {},
    sum: {},
    count: { stream: true },
    broken: { stream: true },
    read: {},
    other: {},
  },
  code: `
    import { AssayError } from '#common/errors.ts';
    async function* chunks(reader, size) {
      for (let at = 0; at < reader.size; at += size) yield await reader.read(at, Math.min(reader.size, at + size));
    }
    export default { methods: {
      write: ({ text }, ctx) => ctx.artifact.write(new TextEncoder().encode(text)),
      async upper({ digest, failAt, hang }, ctx) {
        const reader = await ctx.artifact.open(digest);
        const scratch = new Uint8Array(64);
        async function* upper() {
          let n = 0;
          for await (const chunk of chunks(reader, 5)) {
            if (n++ === failAt) throw new AssayError('NOT_FOUND', 'lost');
            if (n === hang) { ctx.log('info', 'hanging'); await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason))); }
            // The same memory each time.
            const own = scratch.subarray(0, chunk.length);
            chunk.forEach((byte, i) => { own[i] = byte >= 97 && byte <= 122 ? byte - 32 : byte; });
            yield own;
          }
        }
        const upperCase = await ctx.artifact.write(upper(), 'text/plain');
        return { upperCase };
      },
      async read({ digest, from, end }, ctx) { return (await ctx.artifact.open(digest)).read(from, end); },
      async *count({ to }) { for (let i = 0; i < to; i++) yield { i, data: new Float64Array(10).fill(i) }; },
      async *broken() { yield { i: 1, data: [] }; throw new AssayError('NOT_FOUND', 'lost'); },
      async sum({ of, to, leaveAt }, ctx) {
        let sum = 0;
        for await (const { i } of ctx.stream(of, { to })) { if (i === leaveAt) break; sum += i; }
        return sum;
      },
      other: (_input, ctx) => (async () => { for await (const one of ctx.stream('copy.upper', {})) return one; })(),
    } };
  `,
};

interface OnDisk extends Fixture {
  readonly kept: string;
  /** Files that are half written. */
  half(): Promise<string[]>;
}

async function openOnDisk(more = {}): Promise<OnDisk> {
  const kept = await mkdtemp(join(tmpdir(), 'assay-pieces-'));
  const fixture = await openFixture(
    { copy: COPY },
    { artifacts: await openArtifacts(kept), limits: { grace: 200, cores: 1 }, ...more },
  );
  return {
    ...fixture,
    kept,
    half: () => readdir(join(kept, 'new')),
    async [Symbol.asyncDispose]() {
      await fixture[Symbol.asyncDispose]();
      await rm(kept, { recursive: true, force: true });
    },
  };
}

const TEXT = 'the quick brown fox jumps over the lazy dog';

async function written(fixture: Fixture): Promise<string> {
  return (await fixture.host.call({ method: 'copy.write', input: { text: TEXT } })).result as string;
}

test('an artifact is read and written piece by piece, and the receipt names both', async () => {
  await using fixture = await openOnDisk();
  const digest = await written(fixture);
  const { result } = await fixture.host.call({ method: 'copy.upper', input: { digest } });
  const { upperCase } = result as { upperCase: string };
  const artifacts = await openArtifacts(fixture.kept);
  assert.equal(new TextDecoder().decode(await artifacts.get(upperCase)), TEXT.toUpperCase());
  const draft = fixture.drafts.at(-1)!;
  assert.deepEqual(draft.materials, [{ name: `artifact/${digest}`, digest }]);
  assert.deepEqual(draft.subject[1], { name: 'upperCase', digest: { sha256: upperCase } });
  assert.deepEqual(await fixture.half(), []);
});

test('a call that fails or is cancelled leaves no half artifact', async () => {
  const stop = new AbortController();
  await using fixture = await openOnDisk({ onLog: () => stop.abort() });
  const digest = await written(fixture);
  const files = async (): Promise<number> => (await readdir(fixture.kept, { recursive: true })).length;
  const before = await files();
  await assert.rejects(fixture.host.call({ method: 'copy.upper', input: { digest, failAt: 3 } }), {
    code: 'NOT_FOUND',
    message: 'lost',
  });
  await assert.rejects(
    fixture.host.call({ method: 'copy.upper', input: { digest, hang: 3 } }, { signal: stop.signal }),
    { code: 'CANCELLED' },
  );
  for (let tries = 0; (await fixture.half()).length > 0 && tries < 1000; tries++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(await fixture.half(), []);
  assert.equal(await files(), before);
});

test('bytes that are not what the digest says are never read', async () => {
  await using fixture = await openOnDisk();
  const digest = await written(fixture);
  const artifacts = await openArtifacts(fixture.kept);
  const read = (from: number, end: number): Promise<unknown> =>
    fixture.host.call({ method: 'copy.read', input: { digest, from, end } });
  assert.equal(new TextDecoder().decode(((await read(4, 9)) as { result: Uint8Array }).result), 'quick');
  await assert.rejects(read(40, 44), { code: 'INPUT_INVALID' });
  await assert.rejects(read(9, 4), { code: 'INPUT_INVALID' });
  await rm(artifacts.path(digest));
  await assert.rejects(read(0, 1), { code: 'NOT_FOUND' });
  await writeFile(artifacts.path(digest), TEXT.replace('quick', 'QUICK'));
  await assert.rejects(read(0, 1), { code: 'ARTIFACT_CORRUPT' });
});

test('a stream is read as it comes; its receipt is a parent', async () => {
  await using fixture = await openOnDisk();
  const sum = async (input: unknown): Promise<unknown> =>
    (await fixture.host.call({ method: 'copy.sum', input })).result;
  assert.equal(await sum({ of: 'copy.count', to: 30 }), 435);
  const [inner, outer] = fixture.drafts;
  assert.equal(inner!.method, 'copy.count');
  assert.deepEqual(inner!.result, { chunks: 30, complete: true });
  assert.equal(outer!.parents[0]!.role, 'call');
  assert.equal(await sum({ of: 'copy.count', to: 30, leaveAt: 4 }), 6);
  assert.equal((fixture.drafts[2]!.result as { complete: boolean }).complete, false, 'who leaves early ends it');
  assert.equal(fixture.drafts[3]!.parents.length, 1);
  await assert.rejects(sum({ of: 'copy.broken' }), { code: 'NOT_FOUND', message: 'lost' });
  await assert.rejects(sum({ of: 'copy.read' }), { code: 'FORBIDDEN' });
  await assert.rejects(fixture.host.call({ method: 'copy.other', input: {} }), { code: 'FORBIDDEN' });
});
