import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { sha256Hex } from '#crypto';
import { AssayError } from '#common/errors.ts';
import { decodeValue, digestValue, encodeParts, encodeValue } from './value.ts';

const texts = fc.string({ unit: 'binary' });
const keys = fc.oneof(texts, fc.constantFrom('$', '__proto__', 'constructor', '10', '9', 'v'));
const arrays = fc.oneof(
  fc.float64Array(),
  fc.float32Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int8Array(),
  fc.uint8Array(),
  fc.uint8ClampedArray(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
);
const tables = fc.nat(5).chain((rows) => {
  const of = { minLength: rows, maxLength: rows };
  const base = { name: texts, unit: texts, valid: fc.uint8Array({ ...of, max: 1 }) };
  const column = (type: string, values: fc.Arbitrary<unknown>): fc.Arbitrary<{ name: string }> =>
    fc.record(
      { ...base, type: fc.constant(type), values },
      { requiredKeys: ['name', 'type', 'values'], noNullPrototype: true },
    );
  const columns = fc.oneof(
    column('float64', fc.float64Array(of)),
    column('date', fc.float64Array(of)),
    column('int32', fc.int32Array(of)),
    column('int64', fc.bigInt64Array(of)),
    column('bool', fc.uint8Array({ ...of, max: 1 })),
    column('text', fc.array(texts, of)),
  );
  return fc.uniqueArray(columns, { selector: (c) => c.name }).map((unique) => ({ $: 'table', rows, columns: unique }));
});
const tensors = fc
  .tuple(fc.nat(3), fc.nat(3))
  .chain(([n, m]) =>
    fc.float64Array({ minLength: n * m, maxLength: n * m }).map((data) => ({ $: 'tensor', shape: [n, m], data })),
  );
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      null,
      undefined,
      true,
      Number.NaN,
      -0,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      2 ** 53,
      5e-324,
    ),
    fc.double(),
    fc.bigInt(),
    texts,
    fc.date({ noInvalidDate: false }),
    arrays,
    arrays.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice().buffer),
    tables,
    tensors,
    fc.array(tie('value')),
    fc.array(fc.tuple(keys, tie('value'))).map((entries) => Object.fromEntries(entries)),
    fc.array(fc.tuple(tie('value'), tie('value'))).map((entries) => new Map(entries)),
    fc.array(tie('value')).map((members) => new Set(members)),
  ),
}));

const coded = (code: string) => (error: unknown) => error instanceof AssayError && error.code === code;

test('every value comes back, and its bytes are the only ones that decode to it', () => {
  fc.assert(
    fc.property(values, (value) => {
      const bytes = encodeValue(value);
      const back = decodeValue(bytes);
      assert.deepEqual(back, value);
      assert.deepEqual(encodeValue(back), bytes);
      assert.deepEqual(Buffer.concat(encodeParts(value)), Buffer.from(bytes));
      assert.equal(bytes.length % 8, 0);
    }),
    { numRuns: 1000 },
  );
});

const make = (names: readonly string[]): unknown =>
  Object.fromEntries(names.map((name) => [name, Float64Array.of(Number(name))]));

test('the order of keys makes no difference, the order of a Map does', () => {
  assert.equal(digestValue(make(['10', '9', '1'])), digestValue(make(['1', '9', '10'])));
  assert.deepEqual(decodeValue(encodeValue(make(['10', '9', '1']))), make(['1', '9', '10']));
  assert.notEqual(digestValue(new Map([[1, 1], [2, 2]])), digestValue(new Map([[2, 2], [1, 1]]))); // prettier-ignore
});

test('values that look alike differ', () => {
  const alike = [
    0,
    -0,
    '0',
    0n,
    [0],
    { 0: 0 },
    null,
    undefined,
    Number.NaN,
    'NaN',
    new Date(0),
    new Set([0]),
    new Map([[0, 0]]),
    { $: 'NaN' },
  ];
  const arrayLike = [
    Float64Array.of(0),
    Float32Array.of(0, 0),
    new Uint8Array(8),
    new ArrayBuffer(8),
    { $: 'float64' },
  ];
  const digests = [...alike, ...arrayLike].map(digestValue);
  assert.equal(new Set(digests).size, digests.length);
});

const odd = (wide: boolean): Float64Array | Float32Array =>
  wide
    ? new Float64Array(Uint32Array.of(1, 0xfff80000, 0, 0).buffer)
    : new Float32Array(Uint32Array.of(0xffc00001, 0).buffer);

test('NaN has one form, whatever its bits', () => {
  assert.equal(digestValue(odd(true)), digestValue(Float64Array.of(Number.NaN, 0)));
  assert.equal(digestValue(odd(false)), digestValue(Float32Array.of(Number.NaN, 0)));
  assert.equal(new Uint32Array(odd(true).buffer)[0], 1, 'the caller’s array is untouched');
});

test('arrays are views on what was read, at any offset', () => {
  const bytes = encodeValue({ x: Float64Array.of(1, 2) });
  const view = decodeValue(bytes) as { x: Float64Array };
  assert.equal(view.x.buffer, bytes.buffer);
  const moved = new Uint8Array(bytes.length + 3);
  moved.set(bytes, 3);
  assert.deepEqual(decodeValue(moved.subarray(3)), { x: Float64Array.of(1, 2) });
});

test('what has no canonical form is refused, and its place named', () => {
  const circular: unknown[] = [];
  circular.push(circular);
  class Thing {
    field = 1;
  }
  const refused: readonly [unknown, string][] = [
    [{ a: [0, () => 1] }, 'a[1]'],
    [{ a: { b: Symbol('s') } }, 'a.b'],
    [{ a: new Map([['k', new Thing()]]) }, 'a.k'],
    [[new Error('no')], '[0]'],
    [{ text: '\ud800' }, 'text'],
    [{ when: new DataView(new ArrayBuffer(1)) }, 'when'],
    [{ t: { $: 'tensor', shape: [2], data: Float64Array.of(1) } }, 't'],
    [[1, Promise.resolve()], '[1]'],
  ];
  for (const [value, where] of refused) {
    assert.throws(
      () => encodeValue(value),
      (error: unknown) => coded('VALUE_UNSUPPORTED')(error) && (error as AssayError).where === where,
    );
  }
  assert.throws(() => encodeValue(circular), coded('VALUE_UNSUPPORTED'));
  assert.throws(() => encodeValue([1, , 2]), coded('VALUE_UNSUPPORTED')); // eslint-disable-line no-sparse-arrays
  assert.throws(
    () => encodeValue({ $: 'table', rows: 1, columns: [{ name: 'x', type: 'text', values: ['\udc00'] }] }),
    coded('VALUE_UNSUPPORTED'),
  );
});

test('hostile bytes get a coded error, or are exactly what encodeValue writes', () => {
  const check = (bytes: Uint8Array): void => {
    let value: unknown;
    try {
      value = decodeValue(bytes);
    } catch (error) {
      assert.ok(coded('VALUE_MALFORMED')(error), String(error));
      return;
    }
    assert.equal(encodeValue(value).length, bytes.length);
  };
  fc.assert(fc.property(fc.uint8Array(), check));
  fc.assert(
    fc.property(values, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }), (value, flips) => {
      const bytes = encodeValue(value);
      for (const [at, byte] of flips) bytes[at % bytes.length] = byte;
      check(bytes);
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(values, fc.nat(), (value, at) => {
      const bytes = encodeValue(value);
      assert.throws(() => decodeValue(bytes.subarray(0, at % bytes.length)), coded('VALUE_MALFORMED'));
    }),
  );
  const deep = encodeValue(null);
  assert.throws(
    () => decodeValue(Uint8Array.from([...deep.subarray(0, 16), ...Buffer.from('['.repeat(80_000))])),
    coded('VALUE_MALFORMED'),
  );
});

test('the digest is the SHA-256 of the bytes, whatever was hashed before', () => {
  for (const unit of ['a', 'é', '€', '😀', '"']) {
    for (let length = 0; length < 200; length++) {
      const text = unit.repeat(length);
      assert.equal(digestValue(text), sha256Hex(encodeValue(text)), `${unit} × ${length}`);
      assert.equal(digestValue({ a: length }), sha256Hex(encodeValue({ a: length })));
    }
  }
});
