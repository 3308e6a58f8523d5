import { concatBytes } from '#common/bytes.ts';
import { Reader, Writer } from 'protobufjs/minimal.js';

/** What a field holds. The plural kinds are repeated; a schema in brackets is a repeated message. */
interface Kinds {
  int: number;
  float: number;
  string: string;
  bytes: Uint8Array;
  ints: readonly number[];
  floats: readonly number[];
  doubles: readonly number[];
  strings: readonly string[];
  blobs: readonly Uint8Array[];
}
type Kind = keyof Kinds;
type Field = readonly [number, Kind | Schema | readonly [Schema]];

/** A protobuf message as a table: field name → [number, kind]. Fields that it doesn't name are skipped when read. */
export interface Schema {
  readonly [field: string]: Field;
}

/** The object that a schema describes. Every field may be absent; repeated messages are always arrays. */
export type Message<S extends Schema> = {
  readonly [K in keyof S]?: S[K][1] extends Kind
    ? Kinds[S[K][1]]
    : S[K][1] extends readonly [infer M extends Schema]
      ? readonly Message<M>[]
      : S[K][1] extends Schema
        ? Message<S[K][1]>
        : never;
};

/** @throws RangeError or Error of protobufjs when the bytes are no message of any kind */
export function decode<S extends Schema>(schema: S, bytes: Uint8Array): Message<S> {
  return read(Reader.create(bytes), bytes.length, byNumber(schema)) as Message<S>;
}

export function encode<S extends Schema>(schema: S, message: Message<S>): Uint8Array {
  const writer = Writer.create();
  write(writer, schema, message as Record<string, unknown>);
  return writer.finish();
}

/** One field as it lies in the file: number and the bytes of tag and value together. Joined again they are the message. */
export interface RawField {
  readonly field: number;
  readonly raw: Uint8Array;
  /** The value's bytes when it is a string, bytes or a message. */
  readonly body: Uint8Array | null;
}

/** Takes a message apart without knowing its schema, so that editing one field keeps all others byte for byte. */
export function rawFields(bytes: Uint8Array): RawField[] {
  const reader = Reader.create(bytes);
  const fields: RawField[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    let body: Uint8Array | null = null;
    if ((tag & 7) === 2) body = reader.bytes();
    else reader.skipType(tag & 7);
    fields.push({ field: tag >>> 3, raw: bytes.subarray(start, reader.pos), body });
  }
  return fields;
}

/** A message with one of its fields changed, wherever it stands. */
export function changed(message: Uint8Array, wanted: number, change: (body: Uint8Array) => Uint8Array): Uint8Array {
  const swap = ({ field, raw, body }: RawField): Uint8Array =>
    field === wanted && body !== null ? bytesField(field, change(body)) : raw;
  return concatBytes(rawFields(message).map(swap));
}

export function bytesField(field: number, body: Uint8Array): Uint8Array {
  return Writer.create()
    .uint32((field << 3) | 2)
    .bytes(body)
    .finish();
}

type Plan = Map<number, { readonly name: string; readonly kind: Field[1]; readonly plan: Plan | null }>;
const plans = new WeakMap<Schema, Plan>();

function byNumber(schema: Schema): Plan {
  const known = plans.get(schema);
  if (known !== undefined) return known;
  const plan: Plan = new Map();
  plans.set(schema, plan);
  for (const [name, [number, kind]] of Object.entries(schema)) {
    const inner = typeof kind === 'string' ? null : byNumber(Array.isArray(kind) ? kind[0] : (kind as Schema));
    plan.set(number, { name, kind, plan: inner });
  }
  return plan;
}

function read(reader: Reader, end: number, plan: Plan): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const { name, kind } of plan.values()) if (Array.isArray(kind)) out[name] = [];
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = plan.get(tag >>> 3);
    if (field === undefined) {
      reader.skipType(tag & 7);
      continue;
    }
    const { name, kind } = field;
    if (typeof kind !== 'string') {
      const inner = read(reader, reader.uint32() + reader.pos, field.plan!);
      if (Array.isArray(kind)) (out[name] as unknown[]).push(inner);
      else out[name] = inner;
    } else if (kind === 'int' || kind === 'float' || kind === 'string' || kind === 'bytes')
      out[name] = scalar(reader, kind);
    else repeated(reader, kind, tag & 7, (out[name] ??= []) as unknown[]);
  }
  if (reader.pos !== end) throw new RangeError(`a message ends at byte ${end}, its fields at ${reader.pos}`);
  return out;
}

function scalar(reader: Reader, kind: 'int' | 'float' | 'double' | 'string' | 'bytes'): unknown {
  if (kind === 'int') return varint(reader);
  if (kind === 'float') return reader.float();
  if (kind === 'double') return reader.double();
  return kind === 'string' ? reader.string() : reader.bytes().slice();
}

const ONE = { ints: 'int', floats: 'float', doubles: 'double', strings: 'string', blobs: 'bytes' } as const;

/** Repeated numbers come packed (proto3) or one by one (proto2); both are read. */
function repeated(reader: Reader, kind: keyof typeof ONE, wire: number, into: unknown[]): void {
  if (kind === 'blobs') {
    into.push(blob(reader, into as Uint8Array[]));
    return;
  }
  if (wire !== 2 || kind === 'strings') {
    into.push(scalar(reader, ONE[kind]));
    return;
  }
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) into.push(scalar(reader, ONE[kind]));
}

/** How far back bytes alike are looked for. */
const LOOK_BACK = 8;

/** Lists of texts repeat a few: the modes of millions of nodes. Bytes like some that just came are those. */
function blob(reader: Reader, before: readonly Uint8Array[]): Uint8Array {
  const length = reader.uint32();
  const { buf, pos } = reader;
  if (pos + length > reader.len)
    throw new RangeError(`a text of ${length} bytes begins at byte ${pos} of ${reader.len}`);
  reader.pos = pos + length;
  for (let at = before.length - 1; at >= Math.max(0, before.length - LOOK_BACK); at--) {
    const known = before[at]!;
    if (known.length !== length) continue;
    let same = 0;
    while (same < length && known[same] === buf[pos + same]) same++;
    if (same === length) return known;
  }
  return Uint8Array.from(buf.subarray(pos, pos + length));
}

/** int64 as a number; one of up to 28 bits, which nearly all are, without an object for each. */
function varint(reader: Reader): number {
  const { buf, pos } = reader;
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const byte = buf[pos + i];
    if (byte === undefined) break;
    value |= (byte & 127) << (7 * i);
    if (byte < 128) {
      reader.pos = pos + i + 1;
      return value;
    }
  }
  return Number(reader.int64());
}

function write(writer: Writer, schema: Schema, message: Record<string, unknown>): void {
  for (const [name, [number, kind]] of Object.entries(schema)) {
    const value = message[name];
    if (value === undefined) continue;
    const tag = (wire: number): Writer => writer.uint32(((number << 3) | wire) >>> 0);
    if (typeof kind !== 'string') {
      const inner = Array.isArray(kind) ? kind[0] : (kind as Schema);
      for (const item of Array.isArray(kind) ? (value as unknown[]) : [value]) {
        tag(2).fork();
        write(writer, inner, item as Record<string, unknown>);
        writer.ldelim();
      }
    } else if (kind === 'int') tag(0).int64(value as number);
    else if (kind === 'float') tag(5).float(value as number);
    else if (kind === 'string') tag(2).string(value as string);
    else if (kind === 'bytes') tag(2).bytes(value as Uint8Array);
    else if (kind === 'strings') for (const item of value as string[]) tag(2).string(item);
    else if (kind === 'blobs') for (const item of value as Uint8Array[]) tag(2).bytes(item);
    else {
      tag(2).fork();
      for (const item of value as number[])
        if (kind === 'ints') writer.int64(item);
        else if (kind === 'floats') writer.float(item);
        else writer.double(item);
      writer.ldelim();
    }
  }
}
