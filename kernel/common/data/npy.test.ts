import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Tensor } from '#common/data.ts';
import { readNpy, writeNpy } from './npy.ts';

/** A file as numpy.save writes it. */
function npy(descr: string, shape: string, body: Uint8Array, { fortran = 'False', version = 1 } = {}): Uint8Array {
  const text = `{'descr': ${descr.startsWith('[') ? descr : `'${descr}'`}, 'fortran_order': ${fortran}, 'shape': (${shape}), }`;
  const lead = version === 1 ? 10 : 12;
  const header = `${text.padEnd(Math.ceil((text.length + lead + 1) / 64) * 64 - lead - 1)}\n`;
  const out = new Uint8Array(lead + header.length + body.length);
  out.set([0x93, ...Buffer.from('NUMPY'), version, 0]);
  const view = new DataView(out.buffer);
  if (version === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  out.set(Buffer.from(header), lead);
  out.set(body, lead + header.length);
  return out;
}
const bytes = (array: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number }): Uint8Array =>
  new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);

test('numbers of every kind', () => {
  const cases = [
    ['<f8', new Float64Array([1.5, NaN, -0])],
    ['<f4', new Float32Array([1.5, -2])],
    ['<i8', new BigInt64Array([1n, -(2n ** 62n)])],
    ['<i4', new Int32Array([1, -2])],
    ['<i2', new Int16Array([1, -2])],
    ['|i1', new Int8Array([1, -2])],
    ['<u8', new BigUint64Array([2n ** 63n])],
    ['<u4', new Uint32Array([2 ** 32 - 1])],
    ['<u2', new Uint16Array([65_535])],
    ['|u1', new Uint8Array([255])],
  ] as const;
  for (const [descr, data] of cases)
    for (const version of [1, 2, 3])
      assert.deepEqual(readNpy(npy(descr, `${data.length},`, bytes(data), { version })), {
        $: 'tensor',
        shape: [data.length],
        data,
      });
  assert.deepEqual(readNpy(npy('|b1', '2,', new Uint8Array([1, 0]))).data, new Uint8Array([1, 0]));
  assert.deepEqual(readNpy(npy('<f8', '', bytes(new Float64Array([7])))), {
    $: 'tensor',
    shape: [],
    data: new Float64Array([7]),
  });
  assert.deepEqual(readNpy(npy('<f8', '0, 3', new Uint8Array(0))).shape, [0, 3]);
});

test('column-major and big-endian files become row-major and little-endian', () => {
  const wanted = { $: 'tensor', shape: [2, 3], data: new Float64Array([1, 2, 3, 4, 5, 6]) };
  const columns = new Float64Array([1, 4, 2, 5, 3, 6]);
  assert.deepEqual(readNpy(npy('<f8', '2, 3', bytes(columns), { fortran: 'True' })), wanted);
  const cube = Float64Array.from({ length: 24 }, (_, at) => {
    const [i, j, k] = [at % 2, Math.floor(at / 2) % 3, Math.floor(at / 6)];
    return i * 12 + j * 4 + k;
  });
  const { data } = readNpy(npy('<f8', '2, 3, 4', bytes(cube), { fortran: 'True' }));
  assert.deepEqual(
    [...data],
    Array.from({ length: 24 }, (_, i) => i),
  );
  const swapped = bytes(new Float64Array(wanted.data)).slice();
  for (let i = 0; i < swapped.length; i += 8) swapped.subarray(i, i + 8).reverse();
  assert.deepEqual(readNpy(npy('>f8', '2, 3', swapped)), wanted);
});

test('every float16 is the float32 of that value', () => {
  const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i);
  const { data } = readNpy(npy('<f2', '65536,', bytes(bits)));
  // Wider by the format's own rule: exponents are 112 further on, and a subnormal number is its fraction times 2^-24.
  const value = (i: number): number => {
    const [exponent, fraction] = [(i >> 10) & 31, i & 1023];
    const wide = new DataView(new ArrayBuffer(4));
    wide.setUint32(0, ((i & 0x8000) << 16) | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13));
    return exponent === 0 ? (i & 0x8000 ? -1 : 1) * fraction * 2 ** -24 : wide.getFloat32(0);
  };
  assert.ok(data instanceof Float32Array);
  assert.deepEqual([...data], Array.from(bits, value));
  assert.deepEqual(readNpy(npy('>f2', '1,', new Uint8Array([0x3c, 0]))).data, new Float32Array([1]));
});

test('what it writes it reads', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(4), { maxLength: 3 }), fc.infiniteStream(fc.double()), (shape, values) => {
      const data = Float64Array.from({ length: shape.reduce((all, n) => all * n, 1) }, () => values.next().value);
      const tensor: Tensor = { $: 'tensor', shape, data };
      assert.deepEqual(readNpy(writeNpy(tensor)), tensor);
    }),
  );
  assert.equal((writeNpy({ $: 'tensor', shape: [3], data: new Int8Array(3) }).length - 3) % 64, 0);
});

test('a slice of a larger buffer is read at its own place', () => {
  const file = npy('<f8', '1,', bytes(new Float64Array([3.5])));
  const inside = Buffer.concat([Buffer.from('x'), file, Buffer.from('yz')]).subarray(1, 1 + file.length);
  assert.deepEqual(readNpy(inside).data, new Float64Array([3.5]));
});

test('other files are refused, each with its reason', () => {
  const eight = new Uint8Array(8);
  const cases: readonly [Uint8Array, RegExp][] = [
    [new Uint8Array(0), /does not begin/],
    [Buffer.from('PK\u0003\u0004zip'), /does not begin/],
    [npy('<f8', '1,', eight).subarray(0, 9), /cut short/],
    [npy('<f8', '1,', eight).subarray(0, 40), /cut short/],
    [npy('<f8', '2,', eight), /needs 16 bytes; there are 8/],
    [npy('<f8', '1,', new Uint8Array(9)), /needs 8 bytes; there are 9/],
    [npy('<c16', '1,', new Uint8Array(16)), /“<c16”/],
    [npy('<U4', '1,', new Uint8Array(16)), /“<U4”/],
    [npy('|O', '1,', eight), /plain numbers/],
    [npy(`[('a', '<f8')]`, '1,', eight), /plain numbers/],
    [npy('<f8', '1,', eight, { version: 9 }), /Version 9/],
    [npy('<f8', '99999999999999999999,', eight), /too large/],
  ];
  for (const [file, says] of cases) assert.throws(() => readNpy(file), { code: 'NPY_INVALID', message: says });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(127), (noise, at) => {
      const file = npy('<f8', '1,', eight);
      file.set(noise.subarray(0, Math.max(0, file.length - at)), Math.min(at, file.length));
      try {
        readNpy(file);
      } catch (error) {
        assert.equal((error as { code: string }).code, 'NPY_INVALID');
      }
    }),
  );
});
