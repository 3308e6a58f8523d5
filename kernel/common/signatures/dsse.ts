/** DSSE envelopes over receipts: the form in which in-toto tools expect a signed statement. One canonical JSON text per envelope. */
import { ed25519 } from '#crypto';
import { concatBytes, fromBase64, toBase64 } from '#common/bytes.ts';
import { canonicalize, parseCanonical } from '#common/canonical.ts';
import { AssayError } from '#common/errors.ts';
import { keyName, type NoteSigner, type Vkey } from '#common/tlog/note.ts';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
/** A receipt in base64, and room for the key's name. */
const MAX_ENVELOPE_BYTES = 96 * 1024;
const utf8 = new TextEncoder();

/** What is signed: "DSSEv1 ‖ length ‖ type ‖ length ‖ payload". No note and no cosignature starts like that. */
function preAuthEncoding(payload: Uint8Array): Uint8Array {
  return concatBytes([utf8.encode(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `), payload]);
}

export function signEnvelope(body: string, signer: NoteSigner): string {
  const payload = utf8.encode(body);
  const sig = toBase64(ed25519.sign(preAuthEncoding(payload), signer.secretKey));
  return canonicalize({
    payload: toBase64(payload),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid: keyName(signer), sig }],
  });
}

/** The payload. @throws NOTE_INVALID unless this is the one form of an envelope with one signature, by this key */
export function openEnvelope(envelope: Uint8Array | string, key: Vkey): Uint8Array {
  const { payload, keyid, sig } = readEnvelope(envelope);
  if (keyid !== keyName(key)) throw invalid(`“${keyid}” signed it.`);
  if (!ed25519.verify(sig, preAuthEncoding(payload), key.publicKey)) throw invalid('Its signature is wrong.');
  return payload;
}

interface Envelope {
  readonly payload: Uint8Array;
  readonly keyid: string;
  readonly sig: Uint8Array;
}

function readEnvelope(envelope: Uint8Array | string): Envelope {
  let json: unknown;
  try {
    json = parseCanonical(envelope, { maxBytes: MAX_ENVELOPE_BYTES });
  } catch (cause) {
    throw invalid('It is no canonical JSON.', cause);
  }
  const { payload, payloadType, signatures } = fields(json, 3);
  const [signature, ...more] = Array.isArray(signatures) ? (signatures as unknown[]) : [];
  const { keyid, sig } = fields(signature, 2);
  const bytes = typeof payload === 'string' ? fromBase64(payload) : null;
  const signed = typeof sig === 'string' ? fromBase64(sig) : null;
  if (
    bytes === null ||
    signed === null ||
    typeof keyid !== 'string' ||
    payloadType !== PAYLOAD_TYPE ||
    more.length > 0
  ) {
    throw invalid('It holds something else.');
  }
  return { payload: bytes, keyid, sig: signed };
}

function fields(value: unknown, count: number): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== count)
    throw invalid('It holds something else.');
  return value as Readonly<Record<string, unknown>>;
}

function invalid(why: string, cause?: unknown): AssayError {
  return new AssayError(
    'NOTE_INVALID',
    `This is no DSSE envelope over a receipt by that key. ${why}`,
    cause === undefined ? {} : { cause },
  );
}
