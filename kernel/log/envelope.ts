/** DSSE: a signed envelope that in-toto tools read. */
import { ed25519 } from '#crypto';
import { concatBytes, toBase64 } from '#common/bytes.ts';
import { keyName, type NoteSigner } from '#common/note.ts';

const TYPE = 'application/vnd.in-toto+json';

/** The envelope's JSON: the signature is over `DSSEv1 <length> <type> <length> <body>`, which no checkpoint begins like. */
export function envelope(body: string, signer: NoteSigner): string {
  const utf8 = new TextEncoder();
  const payload = utf8.encode(body);
  const signed = concatBytes([utf8.encode(`DSSEv1 ${TYPE.length} ${TYPE} ${payload.length} `), payload]);
  const signature = { keyid: keyName(signer), sig: toBase64(ed25519.sign(signed, signer.secretKey)) };
  return JSON.stringify({ payload: toBase64(payload), payloadType: TYPE, signatures: [signature] });
}
