import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { AssayError } from '#common/errors.ts';
import { readZip, writeZip } from './zip.ts';

const invalid = (error: unknown): boolean => error instanceof AssayError && error.code === 'ZIP_INVALID';
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const names = fc.stringMatching(/^[a-z0-9é𝄞]{1,8}(\/[a-z0-9_-]{1,8}){0,2}\.[a-z]{1,3}$/u);
const files = fc
  .uniqueArray(fc.tuple(names, fc.uint8Array({ maxLength: 300 })), { selector: ([name]) => name })
  .map((list) => new Map(list));
const small = (): Map<string, Uint8Array> => new Map([['a.txt', text('hello')], ['b/c.txt', text('world')]]); // prettier-ignore

test('files come back, and the same files give the same bytes in any order', () => {
  fc.assert(
    fc.property(files, fc.boolean(), (given, deflate) => {
      const zip = writeZip(given, { deflate });
      assert.deepEqual(
        [...readZip(zip)],
        [...given].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      );
      assert.deepEqual(writeZip(new Map([...given].reverse()), { deflate }), zip);
    }),
  );
});

test('no altered byte of a stored zip gives the same zip', () => {
  const zip = writeZip(small());
  for (let at = 0; at < zip.length; at++) {
    for (const bit of [1, 0x80]) {
      let read: Map<string, Uint8Array>;
      try {
        read = readZip(zip.with(at, zip[at]! ^ bit));
      } catch (error) {
        assert.ok(invalid(error), String(error));
        continue;
      }
      // What no reader shows (versions, attributes): the writer would have written other bytes.
      assert.deepEqual(writeZip(read), zip);
    }
  }
});

/** The zip with `change` made to a copy; offsets of the first file’s local header (0) and of the directory are given. */
function altered(change: (view: DataView, directory: number) => void): Uint8Array {
  const zip = writeZip(small());
  const view = new DataView(zip.buffer);
  change(view, view.getUint32(zip.length - 6, true));
  return zip;
}

const REFUSED: Readonly<Record<string, () => Uint8Array>> = {
  nothing: () => new Uint8Array(0),
  'no zip': () => text('PK but no zip file at all, only text'),
  'bytes in front': () => Uint8Array.from([0, ...writeZip(small())]),
  'bytes behind': () => Uint8Array.from([...writeZip(small()), 0]),
  'a cut end': () => writeZip(small()).subarray(0, -1),
  'a comment': () => altered((view) => view.setUint16(view.byteLength - 2, 1, true)),
  'two sizes that differ in the headers': () => altered((view) => view.setUint32(22, 4, true)),
  'a local name unlike the central one': () => altered((view) => view.setUint8(30, 0x7a)),
  encryption: () => altered((view, dir) => (view.setUint16(6, 0x801, true), view.setUint16(dir + 8, 0x801, true))),
  'a data descriptor': () =>
    altered((view, dir) => (view.setUint16(6, 0x808, true), view.setUint16(dir + 8, 0x808, true))),
  'an unknown method': () => altered((view, dir) => (view.setUint16(8, 12, true), view.setUint16(dir + 10, 12, true))),
  'a wrong checksum': () => altered((view, dir) => (view.setUint32(14, 1, true), view.setUint32(dir + 16, 1, true))),
  'altered contents': () => altered((view) => view.setUint8(35, 0x48)),
  'a symbolic link': () =>
    altered((view, dir) => (view.setUint16(dir + 4, 0x314, true), view.setUint32(dir + 38, 0xa1ff0000, true))),
  'a folder': () => altered((view, dir) => view.setUint32(dir + 38, 0x10, true)),
  'overlapping files': () => altered((view, dir) => view.setUint32(dir + 46 + 5 + 42, 0, true)),
  'more files than are there': () =>
    altered((view) => (view.setUint16(view.byteLength - 14, 3, true), view.setUint16(view.byteLength - 12, 3, true))),
  'fewer files than are there': () =>
    altered((view) => (view.setUint16(view.byteLength - 14, 1, true), view.setUint16(view.byteLength - 12, 1, true))),
  'parent folders': () => renamed('a.txt', '../xx'),
  'an absolute path': () => renamed('a.txt', '/a.tx'),
  'a drive': () => renamed('a.txt', 'C:txt'),
  'a backslash': () => renamed('a.txt', 'a\\txt'),
  'an empty part': () => renamed('b/c.txt', 'b//.txt'),
  'a name that is no UTF-8': () => renamed('a.txt', '\xff.txt', 'latin1'),
  'a control character': () => renamed('a.txt', 'a\u0000txt'),
  'the same name twice': () => renamed('b/c.txt', 'a/c.txt', 'latin1', new Map([['a/c.txt', text('1')], ['b/c.txt', text('2')]])), // prettier-ignore
  'names that differ in case': () => renamed('b/c.txt', 'A/C.TXT', 'latin1', new Map([['a/c.txt', text('1')], ['b/c.txt', text('2')]])), // prettier-ignore
  'a file that is a folder too': () => renamed('xxxxx', 'a.txt', 'latin1', new Map([['a.txt/b', text('1')], ['xxxxx', text('2')]])), // prettier-ignore
};

/** Both headers' names replaced by one of the same length. */
function renamed(from: string, to: string, encoding: BufferEncoding = 'utf8', given = small()): Uint8Array {
  const zip = Buffer.from(writeZip(given));
  const first = zip.indexOf(from);
  for (const at of [first, zip.indexOf(from, first + 1)]) zip.write(to, at, encoding);
  return new Uint8Array(zip);
}

for (const [what, make] of Object.entries(REFUSED)) {
  test(`refused: ${what}`, () => assert.throws(() => readZip(make()), invalid));
}

test('refused: what unpacks to more or less than it says, or to more than is allowed', () => {
  const given = new Map([['zeros', new Uint8Array(100_000)]]);
  const zip = writeZip(given, { deflate: true });
  assert.equal(readZip(zip).get('zeros')!.length, 100_000);
  assert.throws(() => readZip(zip, { maxBytes: 99_999 }), invalid);
  assert.throws(() => readZip(writeZip(small()), { maxFiles: 1 }), invalid);
  for (const size of [99_999, 100_001, 10]) {
    const lie = zip.slice();
    const view = new DataView(lie.buffer);
    view.setUint32(22, size, true);
    view.setUint32(view.getUint32(lie.length - 6, true) + 24, size, true);
    assert.throws(() => readZip(lie), invalid);
  }
});

test('the writer refuses names that the reader would refuse', () => {
  for (const name of ['', '/a', 'a/', '../a', 'a//b', 'a/./b', 'a\\b', 'c:a', 'a\n', 'a.', 'a ', '\ud800']) {
    assert.throws(() => writeZip(new Map([[name, text('x')]])), invalid, JSON.stringify(name));
  }
  assert.throws(() => writeZip(new Map([['é.txt', text('1')], ['e\u0301.txt', text('2')]])), invalid); // prettier-ignore
});

test('a small zip file unpacks to 16 times itself and a megabyte at most, unless more is allowed', () => {
  const zip = writeZip(new Map([['zeros', new Uint8Array(3_000_000)]]), { deflate: true });
  assert.throws(() => readZip(zip), invalid);
  assert.equal(readZip(zip, { maxBytes: 3_000_000 }).get('zeros')!.length, 3_000_000);
});

test('refused: folders within folders without end', () => {
  assert.throws(() => writeZip(new Map([['a/'.repeat(64) + 'b', text('x')]])), invalid);
  assert.equal(readZip(writeZip(new Map([['a/'.repeat(63) + 'b', text('x')]]))).size, 1);
});
