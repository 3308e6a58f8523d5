/**
 * SHA-256, Ed25519 and random bytes for browsers and workers, as `#crypto`. All synchronous. Node gets crypto.node.ts, whose answers
 * are the same for every input: crypto.test.ts compares them.
 */
import { ed25519 as noble } from '@noble/curves/ed25519.js';
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js';
import type { IHasher } from 'hash-wasm';
import { bytesToHex, randomBytes as nobleRandom } from '@noble/hashes/utils.js';

export type Bytes = Uint8Array<ArrayBuffer>;

const utf8 = new TextEncoder();
const bytesOf = (data: Uint8Array | string): Uint8Array => (typeof data === 'string' ? utf8.encode(data) : data);

/** One-shot SHA-256: in JavaScript, until `prepareCrypto` has brought WebAssembly. */
let hash: (bytes: Uint8Array) => Uint8Array = nobleSha256;

/** The one stream in WebAssembly, while nobody hashes with it: what is hashed beside it goes in JavaScript. */
let spare: IHasher | null = null;

/**
 * Before much is to be hashed: WebAssembly does it 2 to 3 times as fast (measured in Chromium). Where the page may not compile it,
 * everything works as before.
 */
export async function prepareCrypto(): Promise<void> {
  if (hash !== nobleSha256) return;
  try {
    const { createSHA256 } = await import('hash-wasm');
    const [wasm, other] = await Promise.all([createSHA256(), createSHA256()]);
    hash = (bytes) => wasm.init().update(bytes).digest('binary');
    spare = other;
  } catch {
    hash = nobleSha256;
  }
}

/** 32 bytes. Text is hashed as UTF-8. */
export function sha256(data: Uint8Array | string): Bytes {
  return hash(bytesOf(data)) as Bytes;
}

/** 64 lower-case hex digits. */
export function sha256Hex(data: Uint8Array | string): string {
  return bytesToHex(hash(bytesOf(data)));
}

/** Writes the digest of `data` to `out[at .. at + 32)`: the Merkle tree's inner loop. `out` may overlap `data`. */
export function sha256Into(data: Uint8Array, out: Uint8Array, at: number): void {
  out.set(hash(data), at);
}

export interface Sha256Stream {
  update(data: Uint8Array | string): Sha256Stream;
  /** Ends the stream. */
  digest(): Bytes;
}

export function createSha256(): Sha256Stream {
  const wasm = spare;
  if (wasm === null) return inJavaScript();
  spare = null;
  wasm.init();
  const stream: Sha256Stream = {
    update(data) {
      wasm.update(bytesOf(data));
      return stream;
    },
    digest() {
      spare = wasm;
      return wasm.digest('binary') as Bytes;
    },
  };
  return stream;
}

function inJavaScript(): Sha256Stream {
  const state = nobleSha256.create();
  const stream: Sha256Stream = {
    update(data) {
      state.update(bytesOf(data));
      return stream;
    },
    digest: () => state.digest(),
  };
  return stream;
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
