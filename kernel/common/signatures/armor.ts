/** Base64 between a header and a footer line: what PEM and SSH's signatures share. */
import { toBase64 } from '#common/bytes.ts';

/** One form per content: lines of `width` letters, the last one shorter, a newline at the end. */
export function armor(label: string, bytes: Uint8Array, width: number): string {
  const lines = toBase64(bytes).match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** SubjectPublicKeyInfo of RFC 8410 in front of the 32 bytes, in PEM: as OpenSSL and most libraries read an Ed25519 key. */
export function publicKeyPem(publicKey: Uint8Array): string {
  return armor('PUBLIC KEY', Uint8Array.of(...SPKI, ...publicKey), 64);
}

const SPKI = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
