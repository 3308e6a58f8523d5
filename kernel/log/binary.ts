/** PostgreSQL's binary form of one-dimensional arrays: a thousand rows travel as five parameters, and nothing is quoted or parsed. */

const HEADER = 20;
const OIDS = { bytea: 17, int8: 20, text: 25 } as const;

export function textArray(values: readonly string[]): Buffer {
  const lengths = values.map((value) => Buffer.byteLength(value));
  return fill(OIDS.text, lengths, (into, at, index) => into.write(values[index]!, at));
}

export function byteaArray(values: readonly Uint8Array[]): Buffer {
  const lengths = values.map(({ length }) => length);
  return fill(OIDS.bytea, lengths, (into, at, index) => into.set(values[index]!, at));
}

export function int8Array(values: readonly number[]): Buffer {
  return fill(
    OIDS.int8,
    values.map(() => 8),
    (into, at, index) => into.writeBigInt64BE(BigInt(values[index]!), at),
  );
}

function fill(oid: number, lengths: readonly number[], put: (into: Buffer, at: number, index: number) => void): Buffer {
  const into = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, HEADER));
  // dimensions, no nulls, element type, length, first subscript
  [1, 0, oid, lengths.length, 1].forEach((value, index) => into.writeInt32BE(value, 4 * index));
  let at = HEADER;
  for (const [index, length] of lengths.entries()) {
    into.writeInt32BE(length, at);
    put(into, at + 4, index);
    at += 4 + length;
  }
  return into;
}
