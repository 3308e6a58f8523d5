/** Signing keys as text, as Go's note package writes them: `PRIVATE+KEY+name+hhhhhhhh+base64(type ‖ seed)`. */
import { concatBytes, fromBase64, toBase64 } from '#common/bytes.ts';
import { COSIGNATURE_KEY, keyName, NOTE_KEY, noteSigner, type NoteSigner } from './note.ts';

export function formatSigner(signer: NoteSigner): string {
  return `PRIVATE+KEY+${keyName(signer)}+${toBase64(concatBytes([Uint8Array.of(signer.type), signer.secretKey]))}`;
}

/** null unless `text` is what `formatSigner` writes for some key. */
export function parseSigner(text: string): NoteSigner | null {
  const [, name, , base64] = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(text) ?? [];
  const bytes = base64 === undefined ? null : fromBase64(base64);
  const type = bytes?.[0];
  if (bytes?.length !== 33 || (type !== NOTE_KEY && type !== COSIGNATURE_KEY)) return null;
  const signer = noteSigner(name!, bytes.subarray(1), type);
  return formatSigner(signer) === text ? signer : null;
}
