/**
 * SHA-256, Ed25519 and random bytes for browsers and workers, as `#crypto`. All synchronous. Node gets crypto.node.ts, whose answers
 * are the same for every input: crypto.test.ts compares them.
 */
import { ed25519 as noble } from '@noble/curves/ed25519.js';
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, randomBytes as nobleRandom } from '@noble/hashes/utils.js';
import { WasmHashes } from '#common/wasm/hashes.ts';
import type { Messages } from '#common/wasm/lanes.ts';
import { crc32 as crcInJavaScript } from './crc32.ts';

export type { Messages } from '#common/wasm/lanes.ts';
export type Bytes = Uint8Array<ArrayBuffer>;

const utf8 = new TextEncoder();
const bytesOf = (data: Uint8Array | string): Uint8Array => (typeof data === 'string' ? utf8.encode(data) : data);

/** null: as long as `prepareCrypto` has not brought it, and where the page may not compile it. */
let wasm: WasmHashes | null = null;

/** Before much is to be hashed: WebAssembly does it 3 times as fast (measured in Chromium). Without it everything works as before. */
export async function prepareCrypto(): Promise<void> {
  wasm ??= await WasmHashes.open().catch(() => null);
}

/** 32 bytes. Text is hashed as UTF-8. */
export function sha256(data: Uint8Array | string): Bytes {
  const out = new Uint8Array(32);
  sha256Into(bytesOf(data), out, 0);
  return out;
}

/** 64 lower-case hex digits. */
export function sha256Hex(data: Uint8Array | string): string {
  return bytesToHex(sha256(data));
}

/** Writes the digest of `data` to `out[at .. at + 32)`: the Merkle tree's inner loop. `out` may overlap `data`. */
export function sha256Into(data: Uint8Array, out: Uint8Array, at: number): void {
  if (wasm === null) out.set(nobleSha256(data), at);
  else wasm.hash(data, out, at);
}

/** The digests of many messages, one behind the other: twice as fast as one by one (measured in Chromium). */
export function sha256Each(messages: Messages, out: Uint8Array): void {
  if (wasm !== null) return wasm.hashEach(messages, out);
  const { bytes, starts, ends, count } = messages;
  for (let i = 0; i < count; i++) out.set(nobleSha256(bytes.subarray(starts[i], ends[i])), 32 * i);
}

export interface Sha256Stream {
  update(data: Uint8Array | string): Sha256Stream;
  /** Ends the stream. */
  digest(): Bytes;
}

export function createSha256(): Sha256Stream {
  const state = wasm?.stream() ?? nobleSha256.create();
  const stream: Sha256Stream = {
    update(data) {
      state.update(bytesOf(data));
      return stream;
    },
    digest: () => state.digest() as Bytes,
  };
  return stream;
}

/** The CRC-32 of these bytes after those whose checksum is `before`: no protection, but zip files have one. */
export function crc32(bytes: Uint8Array, before = 0): number {
  return wasm?.crc32(bytes, before) ?? crcInJavaScript(bytes, before);
}

/** Cryptographically random. */
export function randomBytes(length: number): Bytes {
  return nobleRandom(length);
}

export interface KeyPair {
  /** The 32-byte seed of RFC 8032. */
  readonly secretKey: Bytes;
  readonly publicKey: Bytes;
}

const { Point } = noble;

/** R = [S]B − [k]A, byte for byte: the equation without cofactor, which node:crypto checks, so that no crafted key splits the two. */
function sameR(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  const hashed = sha512(concat(signature.subarray(0, 32), publicKey, message));
  const k = Point.Fn.create(littleEndian(hashed));
  const s = littleEndian(signature.subarray(32));
  const r = Point.BASE.multiplyUnsafe(s).subtract(Point.fromBytes(publicKey).multiplyUnsafe(k)).toBytes();
  return r.every((byte, index) => byte === signature[index]);
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Strict RFC 8032: canonical encodings only, S < L, no small-order keys, no cofactor. */
export const ed25519 = {
  /** Never throws: wrong lengths and malformed points are `false`. */
  verify(signature: Uint8Array, message: Uint8Array | string, publicKey: Uint8Array): boolean {
    if (signature.length !== 64 || publicKey.length !== 32) return false;
    const bytes = bytesOf(message);
    return noble.verify(signature, bytes, publicKey, { zip215: false }) && sameR(signature, bytes, publicKey);
  },
  /** 64 bytes. */
  sign: (message: Uint8Array | string, secretKey: Uint8Array): Bytes => noble.sign(bytesOf(message), secretKey),
  publicKey: (secretKey: Uint8Array): Bytes => noble.getPublicKey(secretKey),
  generate(): KeyPair {
    const { secretKey, publicKey } = noble.keygen();
    return { secretKey, publicKey };
  },
};
