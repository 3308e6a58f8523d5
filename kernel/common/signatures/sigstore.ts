/**
 * The seal's DSSE envelope as a Sigstore bundle, version 0.3 (sigstore/protobuf-specs, sigstore_bundle.proto), for @sigstore/verify and
 * other clients: by a key that the verifier knows, named by its hint. No entry of Sigstore's own log, and no certificate of its authority.
 */
import { canonicalize } from '#common/canonical.ts';

const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** Nothing in it but what the envelope says: two forms of one signature. `envelope` as dsse.ts writes it. */
export function sigstoreBundle(envelope: string): string {
  const dsseEnvelope = JSON.parse(envelope) as Envelope;
  return canonicalize({
    dsseEnvelope: { ...dsseEnvelope, signatures: dsseEnvelope.signatures.map(({ keyid, sig }) => ({ keyid, sig })) },
    mediaType: MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint: dsseEnvelope.signatures[0]?.keyid ?? '' }, tlogEntries: [] },
  });
}
