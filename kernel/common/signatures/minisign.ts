/**
 * Signatures for `minisign -V` (jedisct1/minisign, "Signature format"): over BLAKE2b-512 of the file, and a second one that ties the
 * trusted comment to the first. A hash has 64 bytes that nobody can choose, and so has a signature: neither reads as a note, a DSSE
 * envelope or an SSH signature. The older form without the hash, which signs a file as it is, is neither written nor read.
 */
import { blake2b } from '@noble/hashes/blake2.js';
import { ed25519, sha256 } from '#crypto';
import { concatBytes, equalBytes, fromBase64, toBase64, toHex } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';

/** "Ed", of keys, and "ED", of signatures over a hash. */
const KEY = Uint8Array.of(0x45, 0x64);
const HASHED = Uint8Array.of(0x45, 0x44);
const UNTRUSTED = 'untrusted comment: ';
const TRUSTED = 'trusted comment: ';
const utf8 = new TextEncoder();

export interface MinisignKey {
  /** Eight bytes by which a signature says which key made it. */
  readonly id: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** minisign draws the id of a new key at random; ours follows from the key. */
export function minisignKey(publicKey: Uint8Array): MinisignKey {
  return { id: sha256(publicKey).slice(0, 8), publicKey };
}

/** The file that `minisign -V -p` reads. */
export function formatMinisignKey({ id, publicKey }: MinisignKey): string {
  const name = toHex(id.toReversed()).toUpperCase();
  return `${UNTRUSTED}minisign public key ${name}\n${toBase64(concatBytes([KEY, id, publicKey]))}\n`;
}

/** @throws NOTE_INVALID: no key, or none by Ed25519 */
export function parseMinisignKey(text: string): MinisignKey {
  const [comment = '', base64 = '', ...more] = text.split('\n');
  const bytes = fromBase64(base64);
  if (!comment.startsWith(UNTRUSTED) || bytes?.length !== 42 || !startsWith(bytes, KEY) || more.join('') !== '')
    throw invalid('This is no minisign public key.');
  return { id: bytes.slice(2, 10), publicKey: bytes.slice(10) };
}

/** Both comments are one line each. */
export interface MinisignComments {
  readonly untrusted: string;
  /** Signed. */
  readonly trusted: string;
}

export function signMinisign(
  message: Uint8Array,
  comments: MinisignComments,
  key: MinisignKey,
  secret: Uint8Array,
): string {
  const signature = ed25519.sign(blake2b(message, { dkLen: 64 }), secret);
  return formatted(key, comments, signature, ed25519.sign(bound(signature, comments), secret));
}

/** @returns what its maker said. @throws NOTE_INVALID unless it is the one form of this key's signature over the message */
export function checkMinisign(signature: string, message: Uint8Array, key: MinisignKey): MinisignComments {
  const [first = '', base64 = '', third = '', last = ''] = signature.split('\n');
  const comments = { untrusted: first.slice(UNTRUSTED.length), trusted: third.slice(TRUSTED.length) };
  const signed = fromBase64(base64)?.subarray(10) ?? new Uint8Array();
  const whole = fromBase64(last) ?? new Uint8Array();
  if (formatted(key, comments, signed, whole) !== signature)
    throw invalid('It is not a signature by this key, as minisign writes it.');
  if (!ed25519.verify(signed, blake2b(message, { dkLen: 64 }), key.publicKey))
    throw invalid('It is over something else.');
  if (!ed25519.verify(whole, bound(signed, comments), key.publicKey)) throw invalid('Its trusted comment was altered.');
  return comments;
}

function formatted({ id }: MinisignKey, said: MinisignComments, signature: Uint8Array, whole: Uint8Array): string {
  const body = toBase64(concatBytes([HASHED, id, signature]));
  return `${UNTRUSTED}${said.untrusted}\n${body}\n${TRUSTED}${said.trusted}\n${toBase64(whole)}\n`;
}

const bound = (signature: Uint8Array, { trusted }: MinisignComments): Uint8Array =>
  concatBytes([signature, utf8.encode(trusted)]);

const startsWith = (bytes: Uint8Array, prefix: Uint8Array): boolean =>
  equalBytes(bytes.subarray(0, prefix.length), prefix);

function invalid(why: string): AssayError {
  return new AssayError('NOTE_INVALID', `This minisign signature does not hold. ${why}`);
}
