import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { canonicalize, parseCanonical, utf8Length } from '#common/canonical.ts';
import { AssayError } from '#common/errors.ts';

interface Vector {
  readonly name: string;
  readonly input: string;
  readonly hex: string;
}
const vectors = JSON.parse(readFileSync(new URL('jcs.json', import.meta.url), 'utf8')) as readonly Vector[];
const invalid = (error: unknown): boolean => error instanceof AssayError && error.code === 'CANONICAL_INVALID';

for (const { name, input, hex } of vectors) {
  test(`RFC 8785 vector “${name}”`, () => {
    const canonical = canonicalize(JSON.parse(input));
    assert.equal(Buffer.from(canonical).toString('hex'), hex);
    assert.deepEqual(parseCanonical(Buffer.from(hex, 'hex')), JSON.parse(input));
    if (input !== canonical) assert.throws(() => parseCanonical(input), invalid);
  });
}

test('what is canonical is read, and only that', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom(' ', '\n', '0', '"', ',', 'é'), (json, at, noise) => {
      const value: unknown = JSON.parse(json, (_, item: unknown) => (Object.is(item, -0) ? 0 : item));
      const canonical = canonicalize(value);
      assert.deepEqual(parseCanonical(canonical), value);
      assert.equal(utf8Length(canonical), Buffer.byteLength(canonical));
      const place = at % (canonical.length + 1);
      const noisy = canonical.slice(0, place) + noise + canonical.slice(place);
      let read: unknown;
      try {
        read = parseCanonical(noisy);
      } catch (error) {
        assert.ok(invalid(error));
        return;
      }
      assert.equal(canonicalize(read), noisy);
    }),
  );
});

const REFUSED: Readonly<Record<string, string>> = {
  'a key twice': '{"a":1,"a":1}',
  'keys out of order': '{"b":1,"a":1}',
  'keys in numeric instead of UTF-16 order': '{"9":1,"10":1}',
  'a space': '{"a": 1}',
  '−0': '[-0]',
  'a needless fraction': '[1.0]',
  'a needless exponent': '[1e2]',
  'digits beyond a double': '[0.10000000000000000001]',
  'a number beyond all doubles': '[1e400]',
  'a needless escape': String.raw`["\u0041"]`,
  'an escape in upper case': String.raw`["\u001F"]`,
  'half a surrogate pair, escaped': String.raw`["\ud800"]`,
  'half a surrogate pair': '["\ud800"]',
  'something behind the value': '[] ',
  nothing: '',
  'no JSON': '{a:1}',
};
for (const [what, text] of Object.entries(REFUSED)) {
  test(`refused, not repaired: ${what}`, () => assert.throws(() => parseCanonical(text), invalid));
}

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

test('refused: byte order mark, broken UTF-8, unsafe integers, depth, size', () => {
  assert.throws(() => parseCanonical(Uint8Array.of(0xef, 0xbb, 0xbf, 0x5b, 0x5d)), invalid);
  assert.throws(() => parseCanonical(Uint8Array.of(0x5b, 0x22, 0xff, 0x22, 0x5d)), invalid);
  assert.throws(() => parseCanonical('[9007199254740992]', { safeIntegers: true }), invalid);
  assert.deepEqual(parseCanonical('[9007199254740991]', { safeIntegers: true }), [Number.MAX_SAFE_INTEGER]);
  assert.ok(parseCanonical(deep(32)));
  assert.throws(() => parseCanonical(deep(33)), invalid);
  assert.throws(() => parseCanonical(deep(1_000_000)), invalid);
  assert.throws(() => parseCanonical('"éé"', { maxBytes: 5 }), invalid);
  assert.equal(parseCanonical('"éé"', { maxBytes: 6 }), 'éé');
});

test('the writer refuses what it would have to drop, round or call', () => {
  const circular: Record<string, unknown> = {};
  circular['a'] = circular;
  const refused = [
    undefined,
    { a: undefined },
    [Number.NaN],
    -0,
    1n,
    new Date(0),
    new Map(),
    () => 1,
    { [Symbol('s')]: 1 },
    circular,
  ];
  for (const value of refused) assert.throws(() => canonicalize(value), invalid);
  assert.equal(canonicalize(JSON.parse('{"__proto__":1,"toJSON":2}')), '{"__proto__":1,"toJSON":2}');
});

test('a long text that is too deep is refused before anything is made of it; brackets in texts and keys don’t count', () => {
  const deep = `${'['.repeat(33)}"${'x'.repeat(70_000)}"${']'.repeat(33)}`;
  assert.throws(() => parseCanonical(deep), (error) => invalid(error) && /33|32 levels/.test((error as Error).message)); // prettier-ignore
  assert.throws(() => parseCanonical('['.repeat(5_000_000)), invalid);
  const flat = { '[[[[\\"{{{{': '[{"\\'.repeat(30_000), z: [[]] };
  assert.deepEqual(parseCanonical(canonicalize(flat)), flat);
  const allowed = `${'['.repeat(32)}"${'x'.repeat(70_000)}"${']'.repeat(32)}`;
  assert.equal(canonicalize(parseCanonical(allowed)), allowed);
});
