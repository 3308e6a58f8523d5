/**
 * C2SP tlog-cosignature, version 1 with Ed25519: a witness’s statement that “as of the specified time, the consistent tree head with the
 * largest size the cosigner has observed for the log identified by the origin line has the specified root hash”. (ML-DSA-44, type 0x06, is
 * not read: such a line is passed over like that of any unknown key.)
 */
import { ed25519, type Bytes } from '#crypto';
import { concatBytes } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';

/** “It MUST NOT exceed 2^63 - 1.” */
const MAX_TIME = 2n ** 63n - 1n;
const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;

/** “two newline terminated lines (one header line and one timestamp line) followed by the whole note body” */
const message = (text: string, time: bigint): string => `cosignature/v1\ntime ${time}\n${text}`;

/** `timestamped_signature`: 8 bytes of time, big-endian, 64 of signature. `time` in seconds since 1970. @throws NOTE_INVALID */
export function signCosignature(text: string, secretKey: Uint8Array, time: bigint): Bytes {
  if (time < 0n || time > MAX_TIME) throw new AssayError('NOTE_INVALID', 'A cosignature’s time is from 0 to 2^63 − 1.');
  const stamp = new Uint8Array(TIME_BYTES);
  new DataView(stamp.buffer).setBigUint64(0, time);
  return concatBytes([stamp, ed25519.sign(message(text, time), secretKey)]);
}

/** The time at which it was signed, or null when it does not hold. */
export function verifyCosignature(text: string, signature: Uint8Array, publicKey: Uint8Array): bigint | null {
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return null;
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  if (time > MAX_TIME) return null;
  return ed25519.verify(signature.subarray(TIME_BYTES), message(text, time), publicKey) ? time : null;
}
