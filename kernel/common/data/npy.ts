/** NumPy's .npy format, versions 1 to 3 (numpy.lib.format): one array, its type and shape in front of its bytes. */
import type { Tensor, TypedArray } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

interface Kind {
  readonly bytes: number;
  from(buffer: ArrayBuffer): TypedArray;
}

const KINDS: Readonly<Record<string, Kind>> = {
  f8: { bytes: 8, from: (b) => new Float64Array(b) },
  f2: { bytes: 2, from: (b) => Float32Array.from(new Uint16Array(b), float16) },
  f4: { bytes: 4, from: (b) => new Float32Array(b) },
  i8: { bytes: 8, from: (b) => new BigInt64Array(b) },
  i4: { bytes: 4, from: (b) => new Int32Array(b) },
  i2: { bytes: 2, from: (b) => new Int16Array(b) },
  i1: { bytes: 1, from: (b) => new Int8Array(b) },
  u8: { bytes: 8, from: (b) => new BigUint64Array(b) },
  u4: { bytes: 4, from: (b) => new Uint32Array(b) },
  u2: { bytes: 2, from: (b) => new Uint16Array(b) },
  u1: { bytes: 1, from: (b) => new Uint8Array(b) },
  b1: { bytes: 1, from: (b) => new Uint8Array(b) },
};

export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/** What stands before the numbers. */
export interface NpyHeader {
  readonly shape: readonly number[];
  /** Column-major. */
  readonly fortran: boolean;
  /** Where the numbers begin, and how many bytes each takes. */
  readonly start: number;
  readonly bytes: number;
  /** Numbers of the file from their bytes, which nobody else may use: at whole numbers of them. */
  numbers(bytes: Uint8Array<ArrayBuffer>): TypedArray;
}

/** The longest header that is read: NumPy writes some 100 bytes. */
export const NPY_HEADER = 65_536 + 12;

/** @param head the first bytes of the file, at least its header @throws NPY_INVALID */
export function readNpyHeader(head: Uint8Array): NpyHeader {
  if (!isNpy(head)) throw invalid('The file does not begin as a .npy file.');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const version = head[6];
  if (version !== 1 && version !== 2 && version !== 3) throw invalid(`Version ${version} of the format is not known.`);
  const at = version === 1 ? 10 : 12;
  if (head.length < at) throw invalid('The file is cut short.');
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = at + length;
  if (start > head.length) throw invalid('The file is cut short.');
  const { type, fortran, shape } = header(head.subarray(at, start));
  const kind = KINDS[type.slice(1)];
  if (kind === undefined) throw invalid(`Arrays of type “${type}” are not read.`);
  return {
    shape,
    fortran: fortran && shape.length > 1,
    start,
    bytes: kind.bytes,
    numbers(bytes) {
      if (type.startsWith('>')) swapBytes(bytes, kind.bytes);
      return kind.from(bytes.buffer);
    },
  };
}

/** @throws NPY_INVALID when a file of so many bytes is not an array with this header */
export function checkNpySize({ shape, start, bytes }: NpyHeader, size: number): void {
  const needed = shape.reduce((all, n) => all * n, 1) * bytes;
  if (size - start !== needed)
    throw invalid(`An array of ${shape.join(' × ') || 'one number'} needs ${needed} bytes; there are ${size - start}.`);
}

/**
 * Reads an array; Fortran order and big-endian numbers are turned into row-major and little-endian. Booleans come as 0 and 1, float16 as
 * float32.
 *
 * @throws NPY_INVALID for other files, cut or too long ones, strings, complex numbers, objects (pickles are never read)
 */
export function readNpy(bytes: Uint8Array): Tensor {
  const header = readNpyHeader(bytes);
  checkNpySize(header, bytes.length);
  // A copy of its own: the numbers need not be aligned in the file, and a Buffer's slice would share its pool.
  const body = new Uint8Array(bytes.length - header.start);
  body.set(bytes.subarray(header.start));
  const data = header.numbers(body);
  const { shape, fortran } = header;
  return { $: 'tensor', shape, data: fortran ? rowMajor(data, shape) : data };
}

/** The array as a version 1 file, row-major. @throws NPY_INVALID for Uint8ClampedArray */
export function writeNpy({ shape, data }: Tensor): Uint8Array {
  const head = npyHead(shape, data);
  const out = new Uint8Array(head.length + data.byteLength);
  out.set(head);
  out.set(new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength), head.length);
  return out;
}

/** What a version 1 file has before the numbers, for who writes those later. @param like an array of their type @throws NPY_INVALID */
export function npyHead(shape: readonly number[], like: TypedArray): Uint8Array {
  const type = Object.keys(KINDS).find(
    (key) => key !== 'b1' && key !== 'f2' && KINDS[key]!.from(new ArrayBuffer(0)).constructor === like.constructor,
  );
  if (type === undefined) throw invalid(`A ${like.constructor.name} has no .npy type.`);
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const order = KINDS[type]!.bytes === 1 ? '|' : '<';
  const text = `{'descr': '${order}${type}', 'fortran_order': False, 'shape': (${dims}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const out = new Uint8Array(10 + padded.length);
  out.set([...MAGIC, 1, 0, padded.length & 255, padded.length >> 8]);
  out.set(new TextEncoder().encode(padded), 10);
  return out;
}

interface Header {
  readonly type: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** The header is a Python dictionary of exactly three entries, in any order. */
function header(bytes: Uint8Array): Header {
  const text = new TextDecoder().decode(bytes);
  const type = /'descr'\s*:\s*'([<>|=][a-zA-Z]\d+)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const dims = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (type === undefined) throw invalid(`Only plain numbers and booleans are read, not ${text.trim().slice(0, 100)}.`);
  if (order === undefined || dims === undefined)
    throw invalid(`The header cannot be read: ${text.trim().slice(0, 100)}.`);
  const shape = dims
    .split(',')
    .map((part) => part.trim().replace('L', ''))
    .filter((part) => part !== '')
    .map(Number);
  if (!shape.every((n) => Number.isSafeInteger(n))) throw invalid('The shape is too large.');
  return { type, fortran: order === 'True', shape };
}

/** Column-major to row-major: element (i, j, …) lies at i + shape[0] · (j + shape[1] · …). */
function rowMajor(data: TypedArray, shape: readonly number[]): TypedArray {
  const out = data.slice();
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((all, n) => all * n, 1));
  const index = shape.map(() => 0);
  for (let to = 0, from = 0; to < data.length; to++) {
    out[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** IEEE 754 binary16 from its bits; every one of them is a float32. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

function invalid(message: string): AssayError {
  return new AssayError('NPY_INVALID', message);
}
