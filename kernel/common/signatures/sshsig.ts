/**
 * SSH signatures over files by Ed25519 keys, for `ssh-keygen -Y verify`: OpenSSH's PROTOCOL.sshsig, with its strings as in RFC 4251.
 * What is signed begins with "SSHSIG": no note, cosignature or DSSE envelope does.
 */
import { sha512 } from '@noble/hashes/sha2.js';
import { ed25519 } from '#crypto';
import { armor } from './armor.ts';
import { concatBytes, equalBytes, fromBase64, toBase64 } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';

const KEY_TYPE = 'ssh-ed25519';
const HASH = 'sha512';
/** ssh-keygen breaks lines after 70 letters, though PROTOCOL.sshsig says that 76 are customary. */
const WIDTH = 70;
const utf8 = new TextEncoder();
const MAGIC = utf8.encode('SSHSIG');
const VERSION = Uint8Array.of(0, 0, 0, 1);

interface SshSigner {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** The bytes that `ssh-keygen -Y sign -n NAMESPACE` writes into FILE.sig. */
export function signSsh(message: Uint8Array, namespace: string, { publicKey, secretKey }: SshSigner): string {
  return armored(publicKey, namespace, ed25519.sign(signedData(message, namespace), secretKey));
}

/** @throws NOTE_INVALID unless it is the one form of this key's signature over the message in that namespace */
export function checkSsh(signature: string, message: Uint8Array, namespace: string, publicKey: Uint8Array): void {
  const bytes = fromBase64(signature.replaceAll(/-----[A-Z ]+-----|\n/g, ''));
  const signed = bytes?.slice(-64) ?? new Uint8Array();
  // Everything but those 64 bytes follows from key and namespace.
  if (armored(publicKey, namespace, signed) !== signature)
    throw invalid('It is not a signature by this key in this namespace, as ssh-keygen writes it.');
  if (!ed25519.verify(signed, signedData(message, namespace), publicKey)) throw invalid('It is over something else.');
}

/** A line of an `allowed_signers` file: who may sign what, and with which key. */
export function allowedSigner(principal: string, namespace: string, publicKey: Uint8Array): string {
  return `${principal} namespaces="${namespace}" ${KEY_TYPE} ${toBase64(keyBlob(publicKey))}\n`;
}

/** The key in a line of an `id_ed25519.pub` or `allowed_signers` file; null when it holds none. */
export function readSshKey(line: string): Uint8Array | null {
  const [, base64 = ''] = /(?:^| )ssh-ed25519 ([A-Za-z0-9+/=]+)/.exec(line) ?? [];
  const blob = fromBase64(base64);
  const key = blob?.subarray(-32);
  return blob !== null && key?.length === 32 && equalBytes(blob, keyBlob(key)) ? key : null;
}

function armored(publicKey: Uint8Array, namespace: string, signature: Uint8Array): string {
  const blob = concatBytes([
    MAGIC,
    VERSION,
    string(keyBlob(publicKey)),
    string(namespace),
    string(''),
    string(HASH),
    string(concatBytes([string(KEY_TYPE), string(signature)])),
  ]);
  return armor('SSH SIGNATURE', blob, WIDTH);
}

function signedData(message: Uint8Array, namespace: string): Uint8Array {
  return concatBytes([MAGIC, string(namespace), string(''), string(HASH), string(sha512(message))]);
}

const keyBlob = (publicKey: Uint8Array): Uint8Array => concatBytes([string(KEY_TYPE), string(publicKey)]);

/** RFC 4251: four bytes of length, then the bytes. */
function string(content: Uint8Array | string): Uint8Array {
  const bytes = typeof content === 'string' ? utf8.encode(content) : content;
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concatBytes([length, bytes]);
}

function invalid(why: string): AssayError {
  return new AssayError('NOTE_INVALID', `This SSH signature does not hold. ${why}`);
}
