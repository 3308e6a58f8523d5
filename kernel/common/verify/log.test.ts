import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MemoryLog, signer, stranger } from '#common/bundle/bundle.fixture.ts';
import { first, second } from '#common/keys/keyed.fixture.ts';
import { formatVkey, type NoteSigner } from '#common/tlog/note.ts';
import { verifyLog, type LogReport } from './log.ts';

const utf8 = new TextEncoder();

function smallLog(): MemoryLog {
  const log = new MemoryLog();
  for (let i = 0; i < 40; i++) {
    const first = log.receipts[0];
    const parents = first === undefined ? [] : [{ digest: first.id, role: 'open' as const }];
    // Every fifth is not plain, and takes the parser.
    log.append({
      kind: first === undefined ? 'open' : 'cell',
      stream: `stream ${i % 3}`,
      parents,
      result: i % 5 === 0 ? 'é' : i / 3,
    });
  }
  return log;
}
const log = smallLog();
const bodies = log.receipts.map(({ body }) => body);
const given = { org: 'test', checkpoint: log.checkpoint(), vkey: log.vkey };
const verify = (lines: readonly string[], more: Partial<typeof given> = {}): Promise<LogReport> =>
  verifyLog([utf8.encode(lines.map((line) => `${line}\n`).join(''))], { ...given, ...more });
const codes = ({ faults }: LogReport): string[] => faults.map(({ index, code }) => `${index} ${code}`);

test('an honest log verifies, however its export is cut', async () => {
  const bytes = utf8.encode(bodies.map((line) => `${line}\n`).join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 6 }), async (cuts) => {
      const ends = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const chunks = ends.slice(1).map((end, index) => bytes.slice(ends[index], end));
      assert.deepEqual(await verifyLog(chunks, given), {
        ok: true,
        receipts: 40,
        streams: 3,
        origin: signer.name,
        faults: [],
      });
    }),
    { numRuns: 50 },
  );
});

test('what is wrong is located', async () => {
  const edited = bodies.with(7, bodies[7]!.replace('"kind":"cell"', '"kind":"gate"'));
  assert.deepEqual(codes(await verify(edited)), ['10 STREAM', '-1 ROOT']);
  const broken = bodies.with(7, bodies[7]!.replace('"kind":"cell"', '"kind": "cell"'));
  assert.deepEqual(codes(await verify(broken)), ['7 RECEIPT', '10 STREAM', '-1 ROOT']);
  const swapped = bodies.with(7, bodies[8]!).with(8, bodies[7]!);
  assert.deepEqual(
    codes(await verify(swapped)),
    ['-1 ROOT'],
    'two streams side by side: only the tree knows the order',
  );
  assert.deepEqual(codes(await verify(bodies.toSpliced(7, 1))), ['9 STREAM', '-1 COUNT']);
  assert.deepEqual(codes(await verify(bodies.toSpliced(7, 0, bodies[4]!))), ['7 TWICE', '7 STREAM', '-1 COUNT']);
  assert.deepEqual(codes(await verify(bodies.slice(0, -1))), ['-1 COUNT']);
  assert.ok(codes(await verify(bodies.slice(1))).includes('0 PARENTS'));
  assert.deepEqual(codes(await verify([])), ['-1 COUNT']);
});

test('a parent must be of a kind for its role', async () => {
  const bad = new MemoryLog();
  const run = bad.append({ kind: 'run', stream: 'a' });
  bad.append({ kind: 'cell', stream: 'b', parents: [{ digest: run.id, role: 'dataset' }] });
  bad.append({ kind: 'cell', stream: 'é', parents: [{ digest: run.id, role: 'dataset' }] });
  const report = await verify(
    bad.receipts.map(({ body }) => body),
    { checkpoint: bad.checkpoint() },
  );
  assert.deepEqual(codes(report), ['1 PARENTS', '2 PARENTS']);
});

test('another organisation, another key, an altered checkpoint, an unfinished line', async () => {
  assert.ok((await verify(bodies, { org: 'other' })).faults.every(({ code }) => code === 'RECEIPT'));
  assert.equal((await verify(bodies, { vkey: formatVkey(stranger) })).faults[0]!.code, 'CHECKPOINT');
  assert.deepEqual(codes(await verify(bodies, { checkpoint: given.checkpoint.replace('40', '41') })), [
    '-1 CHECKPOINT',
  ]);
  assert.deepEqual(codes(await verifyLog([utf8.encode(`${bodies.join('\n')}\n{`)], given)), ['-1 COUNT']);
  const faulty = await verify(Array.from({ length: 200 }, () => '{}'));
  assert.equal(faulty.faults.length, 100);
  await assert.rejects(verify(bodies, { vkey: 'nonsense' }));
});

test('a line without an end is no receipt, and is not kept', async () => {
  function* endless(): Generator<Uint8Array> {
    yield utf8.encode(`${bodies[0]}\n`);
    for (let i = 0; i < 50; i++) yield new Uint8Array(1_000_000).fill(0x61);
    yield utf8.encode('\n');
  }
  const report = await verifyLog(endless(), given);
  assert.deepEqual(codes(report), ['1 RECEIPT', '-1 COUNT']);
});

test('what a kind may not follow from is located, in the plain form and in any other', async () => {
  const made = new MemoryLog();
  const first = made.append({ kind: 'model', stream: 'a' });
  for (const result of [1, 'é'])
    made.append({ kind: 'close', stream: 'b', result, parents: [{ digest: first.id, role: 'model' }] });
  const report = await verify(
    made.receipts.map(({ body }) => body),
    { checkpoint: made.checkpoint() },
  );
  assert.deepEqual(codes(report), ['1 LINEAGE', '2 LINEAGE']);
});

test('who signs is judged by place in the log, in the plain form and in any other', async () => {
  const honest = new MemoryLog();
  const add = (result: string, by?: NoteSigner): unknown => honest.append({ kind: 'run', stream: 's', result }, by);
  add('plain');
  honest.rotate(first, 'é');
  add('plain');
  add('é');
  honest.revoke(first, null, second);
  add('plain');
  const check = async (log: MemoryLog): Promise<string[]> =>
    codes(await verify(log.receipts.map(({ body }) => body), { checkpoint: log.checkpoint() })); // prettier-ignore
  assert.deepEqual(await check(honest), []);
  for (const by of [signer, first]) for (const result of ['plain', 'é']) add(result, by);
  honest.append({ kind: 'key', stream: 's' });
  honest.append({ kind: 'key', stream: 'assay/keys' });
  assert.deepEqual(
    await check(honest),
    [6, 7, 8, 9, 10, 11].map((index) => `${index} KEYS`),
  );
});
