/**
 * Changes that nobody thought of: random bytes, texts and fields of an honest bundle, hidden as far as a forger can. Nothing that was
 * changed may verify under a policy, nothing may throw; the same changes each time.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { sealedRun, signer } from '#common/bundle/bundle.fixture.ts';
import { AssayError } from '#common/errors.ts';
import { keyedRun } from '#common/keys/keyed.fixture.ts';
import { formatVkey } from '#common/tlog/note.ts';
import { verifyBundle, type CheckResult, type VerifyReport } from '#common/verify/verify.ts';
import { readZip, writeZip } from '#common/zip/zip.ts';
import { adapt, REACHES, type Files } from './forge.ts';

const { zip } = sealedRun();
/** A plain run, and one whose log names two keys. */
const bundles = [zip, keyedRun('keyed').zip].map((bytes) => ({ zip: bytes, honest: readZip(bytes) }));
const paths = [...bundles[1]!.honest.keys()];
const policy = { logs: [formatVkey(signer)] };

const SCALARS = [null, true, 0, -1, 1.5, 2 ** 53, '', 'x', 'é', '0'.repeat(64), [], {}, [[]], 'cell', '__proto__'];

/** How one file is changed: `at` and `what` are taken modulo what there is. */
const changes = fc.record({
  path: fc.constantFrom(...paths),
  how: fc.constantFrom('flip', 'cut', 'insert', 'line', 'field', 'swap', 'remove', 'empty'),
  at: fc.nat(),
  what: fc.nat(),
});
type Change = typeof changes extends fc.Arbitrary<infer T> ? T : never;

function apply(files: Files, { path, how, at, what }: Change): void {
  const bytes = files.get(path);
  if (bytes === undefined) return;
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  const text = Buffer.from(bytes).toString('latin1');
  const put = (changed: string): void => void files.set(path, new Uint8Array(Buffer.from(changed, 'latin1')));
  if (how === 'flip')
    put(text.slice(0, place) + String.fromCharCode(text.charCodeAt(place) ^ (1 << (what % 8))) + text.slice(place + 1)); // prettier-ignore
  else if (how === 'cut') put(text.slice(0, place) + text.slice(place + 1 + (what % 40)));
  else if (how === 'insert') put(text.slice(0, place) + String.fromCharCode(what % 256) + text.slice(place));
  else if (how === 'line') put(lineMoved(text, at, what));
  else if (how === 'field') put(fieldChanged(text, at, what));
  else if (how === 'remove') files.delete(path);
  else if (how === 'empty') put('');
  else {
    const other = paths[what % paths.length]!;
    const there = files.get(other);
    if (there === undefined) return;
    files.set(other, bytes);
    files.set(path, there);
  }
}

function lineMoved(text: string, from: number, to: number): string {
  const lines = text.split('\n');
  const [line] = lines.splice(from % lines.length, 1);
  lines.splice(to % (lines.length + 1), 0, line!);
  return lines.join('\n');
}

/** A field of canonical JSON takes another value, and the text stays canonical. */
function fieldChanged(text: string, at: number, what: number): string {
  const fields = [...text.matchAll(/(?<=":)("[^"]*"|-?[0-9]+|null)/g)];
  const field = fields[at % Math.max(1, fields.length)];
  if (field === undefined) return `${text} `;
  const value = JSON.stringify(SCALARS[what % SCALARS.length]);
  return text.slice(0, field.index) + value + text.slice(field.index + field[0].length);
}

const FAILED = new Error('a check failed, and the rest is not asked for');
const stopAtFailure = ({ ok }: CheckResult): void => {
  if (ok === false) throw FAILED;
};

test('a changed bundle never verifies, however it is hidden by somebody without the log’s key', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(changes, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...REACHES.filter((reach) => reach !== 'log-key')),
      fc.nat(19),
      fc.constantFrom(...bundles),
      async (all, reach, part, { zip, honest }) => {
        const files = new Map(honest);
        let forged: Uint8Array;
        try {
          for (const change of all) apply(files, change);
          adapt(honest, files, reach);
          forged = writeZip(files);
        } catch (error) {
          // Some changes leave nothing that a forger could go on with.
          if (error instanceof AssayError) return;
          throw error;
        }
        if (Buffer.compare(forged, zip) === 0) return;
        // All checks after the first that failed are run in one case of twenty.
        const onCheck = part === 0 ? (): void => undefined : stopAtFailure;
        const ended = await verifyBundle(forged, { policy, onCheck }).catch((error: unknown) => error);
        assert.ok(ended === FAILED || (ended as VerifyReport).ok === false, 'it verifies, or throws');
      },
    ),
    { numRuns: 300, seed: 1985 },
  );
});

test('a changed zip file never verifies', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.nat(),
      fc.constantFrom(1, 2, 4),
      fc.nat(0xffffffff),
      async (from, to, width, value) => {
        const forged = zip.slice();
        const view = new DataView(forged.buffer);
        // The directory is where a reader is led astray: one half of the changes goes there.
        const directory = view.getUint32(zip.length - 6, true);
        const least = to % 2 === 0 ? directory : 0;
        const at = least + (from % (zip.length - least - 4));
        if (width === 1) view.setUint8(at, value & 0xff);
        else if (width === 2) view.setUint16(at, value & 0xffff, true);
        else view.setUint32(at, value, true);
        if (Buffer.compare(forged, zip) === 0) return;
        assert.equal((await verifyBundle(forged, { policy })).ok, false);
      },
    ),
    { numRuns: 300, seed: 1985 },
  );
});
