/** What is attached to a seal after it was logged: whole as the log's key says it, or refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachedText, signAttached } from '#common/bundle/attached.ts';
import { MemoryLog, sealedRun, signer, stranger } from '#common/bundle/bundle.fixture.ts';
import { ATTACHED, PATHS, STAMPS } from '#common/bundle/layout.ts';
import { signNote } from '#common/tlog/note.ts';
import { readZip, writeZip } from '#common/zip/zip.ts';
import { sha256Hex } from '#crypto';
import { verifyBundle } from './verify.ts';

const utf8 = new TextEncoder();
type Files = ReadonlyMap<string, Uint8Array>;
const files: Files = readZip(sealedRun().zip);
const seal = sha256Hex(files.get(PATHS.seal)!);

async function judged(changed: Files): Promise<readonly [ok: boolean | null, detail: string]> {
  const { ok, detail } = (await verifyBundle(writeZip(changed))).checks.find(({ code }) => code === 'ATTACHED')!;
  return [ok, detail];
}
const withNote = (note: string, from: Files = files): Files => new Map(from).set(ATTACHED, utf8.encode(note));

test('what was attached is named; what was taken out, added or changed is, too', async () => {
  assert.deepEqual(await judged(files), [true, 'proof/checkpoint: as the log’s key says, and nothing else']);
  const stamped = new Map(files).set(STAMPS.checkpoint, utf8.encode('a time stamp'));
  const whole = withNote(signAttached(seal, stamped, signer), stamped);
  assert.deepEqual(await judged(whole), [true, 'proof/checkpoint, proof/checkpoint.tsr: as the log’s key says, and nothing else']); // prettier-ignore
  const bare = new Map(whole);
  bare.delete(STAMPS.checkpoint);
  assert.deepEqual(await judged(bare), [false, 'proof/checkpoint.tsr was taken out.']);
  assert.deepEqual(await judged(stamped), [false, 'proof/checkpoint.tsr was added.']);
  const other = new Map(whole).set(STAMPS.checkpoint, utf8.encode('another'));
  assert.deepEqual(await judged(other), [false, 'proof/checkpoint.tsr is not the one that was attached.']);
});

test('only the log’s key says so, and of this seal alone', async () => {
  assert.deepEqual(await judged(withNote(signAttached('0'.repeat(64), files, signer))), [false, `${ATTACHED} is about another seal.`]); // prettier-ignore
  assert.equal((await judged(withNote(signAttached(seal, files, stranger))))[0], false);
  const longer = `${attachedText(seal, files)}${'0'.repeat(64)}  proof/more\n`;
  assert.deepEqual(await judged(withNote(signNote(longer, [signer]))), [
    false,
    `${ATTACHED} names what no bundle has.`,
  ]);
  const twice = signNote(attachedText(seal, files), [signer, stranger]);
  assert.match((await judged(withNote(twice)))[1], /more signatures than the log’s/);
});

test('the note of another run of the same log is none for this one', async () => {
  const log = new MemoryLog();
  const [first, second] = [readZip(sealedRun({ log }).zip), readZip(sealedRun({ log }).zip)];
  const swapped = new Map(second).set(ATTACHED, first.get(ATTACHED)!);
  assert.deepEqual(await judged(swapped), [false, `${ATTACHED} is about another seal.`]);
});

test('bundles of before say nothing of it, and are not judged', async () => {
  const before = new Map(files);
  before.delete(ATTACHED);
  assert.equal((await judged(before))[0], null);
});
