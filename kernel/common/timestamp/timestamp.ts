/**
 * Time stamps of RFC 3161 (with RFC 5816): an authority's signed word that it had seen a digest at a time. Request and verification, in
 * Node and browser alike. One token, one signature, DER, nothing unsigned beside it: strict where the RFC leaves a choice.
 */
import { sha256 } from '#crypto';
import { concatBytes, equalBytes, fromBase64 } from '#common/bytes.ts';
import {
  context,
  encode,
  integer,
  isOid,
  malformed,
  members,
  numberIn,
  oid,
  readDer,
  TAG,
  timeIn,
  type Der,
} from './der.ts';
import { AssayError } from '#common/errors.ts';
import { chain, digestBytes, hashOf, mayStamp, parseCertificate, verifySignature, type Certificate } from './x509.ts';

export const TIMESTAMP_QUERY = 'application/timestamp-query';
export const TIMESTAMP_REPLY = 'application/timestamp-reply';

const SHA256 = encode(TAG.sequence, oid('2.16.840.1.101.3.4.2.1'), encode(TAG.null));
const SHA256_BARE = encode(TAG.sequence, oid('2.16.840.1.101.3.4.2.1'));
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const ATTRIBUTE = {
  type: '1.2.840.113549.1.9.3',
  digest: '1.2.840.113549.1.9.4',
  certificate: '1.2.840.113549.1.9.16.2.12',
  certificate2: '1.2.840.113549.1.9.16.2.47',
} as const;

/** TimeStampReq for the SHA-256 of `data`, asking for the certificates. */
export function timestampRequest(data: Uint8Array, nonce: Uint8Array): Uint8Array {
  const imprint = encode(TAG.sequence, SHA256, encode(TAG.octets, sha256(data)));
  return encode(
    TAG.sequence,
    integer(Uint8Array.of(1)),
    imprint,
    integer(nonce),
    encode(TAG.boolean, Uint8Array.of(0xff)),
  );
}

export interface Timestamp {
  /** Milliseconds since 1970: the stamped thing was there then, at the latest. genTime and accuracy, rounded up. */
  readonly before: number;
  /** It was not stamped before this: genTime less the accuracy. */
  readonly after: number;
  readonly genTime: number;
  /** Milliseconds. */
  readonly accuracy: number;
}

export interface TimestampOptions {
  /** As in the request; what the response says is not compared unless given. */
  readonly nonce?: Uint8Array;
  /** DER certificates, as base64, of the authorities that are trusted; null verifies the token without saying whose it is. */
  readonly roots: readonly string[] | null;
}

/** Verifies a TimeStampResp about `data`. @throws TIMESTAMP_INVALID saying which rule it breaks */
export async function verifyTimestamp(
  response: Uint8Array,
  data: Uint8Array,
  options: TimestampOptions,
): Promise<Timestamp> {
  try {
    return await verify(response, data, options);
  } catch (error) {
    throw error instanceof AssayError ? error : malformed(`The time stamp can’t be read: ${(error as Error).message}`);
  }
}

async function verify(response: Uint8Array, data: Uint8Array, { nonce, roots }: TimestampOptions): Promise<Timestamp> {
  const [status, content] = members(readDer(response));
  const said = members(status);
  // Nobody signs the status: 1, “granted, with modifications”, would be one that anyone could write, and there is nothing to modify.
  if (said.length !== 1 || numberIn(said[0]) !== 0) throw malformed('The authority did not grant the request.');
  const { info, certificates, signer } = signedData(content);
  const stamp = readInfo(info, data, nonce);

  const found = await Promise.all(certificates.map((raw) => parseCertificate(raw)));
  const leaf = await signerCertificate(signer, found);
  if (!mayStamp(leaf)) throw malformed('The certificate is not for time stamping, and critically for nothing else.');
  await checkSigned(signer, info, leaf);
  const others = found.filter((one) => one !== leaf);
  const trusted =
    roots?.map((text) => parseCertificate(fromBase64(text) ?? fail('A trusted certificate is no base64.'))) ?? null;
  if ((await chain(leaf, others, trusted, stamp.genTime)) === null) {
    throw malformed(
      roots === null
        ? 'Its certificates are no chain that was valid at that time.'
        : 'No chain of certificates, valid at that time, leads to an authority that you trust.',
    );
  }
  return stamp;
}

interface SignerInfo {
  readonly issuer: Uint8Array;
  readonly serial: Uint8Array;
  readonly hash: string;
  readonly attributes: Der;
  readonly algorithm: Der;
  readonly signature: Uint8Array;
}

/** RFC 5652, 5.1, with “exactly one” signature (RFC 3161, 2.4.2). */
function signedData(content: Der | undefined): { info: Uint8Array; certificates: Uint8Array[]; signer: SignerInfo } {
  const [type, wrapped, ...rest] = members(content);
  if (!isOid(type, SIGNED_DATA) || rest.length > 0) throw malformed();
  const [version, hashes, inner, certificates, signers, ...more] = members(members(wrapped, context(0))[0]);
  const [contentType, boxed, ...extra] = members(inner);
  const [octets, ...other] = members(boxed, context(0));
  const [one, ...others] = members(signers, TAG.set);
  if (!isOid(contentType, TST_INFO) || octets?.tag !== TAG.octets) throw malformed('It holds no TSTInfo.');
  if (more.length + extra.length + other.length + others.length > 0)
    throw malformed('It has more in it than one signature.');
  const signer = signerInfo(one);
  const listed = members(hashes, TAG.set).map(hashOf);
  if (numberIn(version) !== 3 || listed.length !== 1 || listed[0] !== signer.hash) throw malformed();
  return { info: octets.body, certificates: members(certificates, context(0)).map(({ raw }) => raw), signer };
}

function signerInfo(value: Der | undefined): SignerInfo {
  const [version, id, digest, attributes, algorithm, signature, ...rest] = members(value);
  const [issuer, serial] = members(id);
  const hash = hashOf(digest);
  if (numberIn(version) !== 1 || rest.length > 0 || hash === null || signature?.tag !== TAG.octets)
    throw malformed('Its signature is of a kind that is not taken here, or something unsigned stands beside it.');
  return {
    issuer: issuer!.raw,
    serial: serial!.raw,
    hash,
    attributes: attributes!,
    algorithm: algorithm!,
    signature: signature.body,
  };
}

function readInfo(bytes: Uint8Array, data: Uint8Array, nonce: Uint8Array | undefined): Timestamp {
  const [version, policy, imprint, serial, time, ...rest] = members(readDer(bytes));
  const [algorithm, digest] = members(imprint);
  const sha = algorithm !== undefined && [SHA256, SHA256_BARE].some((one) => equalBytes(one, algorithm.raw));
  if (numberIn(version) !== 1 || policy?.tag !== TAG.oid || serial?.tag !== TAG.integer) throw malformed();
  if (!sha || digest?.tag !== TAG.octets || !equalBytes(digest.body, sha256(data)))
    throw malformed('It is the time stamp of something else.');
  const said = rest.find(({ tag }) => tag === TAG.integer);
  if (nonce !== undefined && (said === undefined || !equalBytes(said.raw, integer(nonce))))
    throw malformed('It answers another request: the nonce differs.');
  const genTime = timeIn(time);
  const accuracy = accuracyOf(rest.find(({ tag }) => tag === TAG.sequence));
  return { genTime, accuracy, after: genTime - accuracy, before: genTime + accuracy + 1 };
}

/** Seconds, milliseconds, microseconds; in milliseconds, rounded up. Without it the authority promises a second's precision. */
function accuracyOf(value: Der | undefined): number {
  if (value === undefined) return 1000;
  const parts = members(value);
  const part = (tag: number): number => {
    const found = parts.find((one) => one.tag === tag);
    return found === undefined ? 0 : numberIn(found, tag);
  };
  return part(TAG.integer) * 1000 + part(context(0, false)) + (part(context(1, false)) > 0 ? 1 : 0);
}

/** RFC 5816: the signed attribute names the certificate by its hash, so that no other of the same key can take its place. */
async function signerCertificate(signer: SignerInfo, found: readonly Certificate[]): Promise<Certificate> {
  const leaf = found.find(
    ({ issuer, serial }) => equalBytes(issuer, signer.issuer) && equalBytes(serial, signer.serial),
  );
  if (leaf === undefined) throw malformed('The signer’s certificate is not in it.');
  const second = attribute(signer, ATTRIBUTE.certificate2);
  const named = second ?? attribute(signer, ATTRIBUTE.certificate);
  const [first] = members(members(members(named)[0])[0]);
  const explicit = second !== undefined && first?.tag === TAG.sequence;
  const hash = second === undefined ? 'SHA-1' : explicit ? hashOf(first) : 'SHA-256';
  const digest = explicit ? members(members(members(named)[0])[0])[1] : first;
  if (hash === null || digest?.tag !== TAG.octets || !equalBytes(digest.body, await digestBytes(hash, leaf.raw)))
    throw malformed('The signature names another certificate.');
  return leaf;
}

function attribute({ attributes }: SignerInfo, id: string): Der | undefined {
  const found = members(attributes, context(0))
    .map((one) => members(one))
    .filter(([type]) => isOid(type, id));
  if (found.length > 1) throw malformed('A signed attribute is there twice.');
  const values = found[0] === undefined ? [] : members(found[0][1], TAG.set);
  return values.length === 1 ? values[0] : undefined;
}

/** RFC 5652, 5.4: what is signed are the attributes, as a SET, and one of them is the content's digest. */
async function checkSigned(signer: SignerInfo, info: Uint8Array, { key }: Certificate): Promise<void> {
  const digest = attribute(signer, ATTRIBUTE.digest);
  if (!isOid(attribute(signer, ATTRIBUTE.type), TST_INFO)) throw malformed('The signature is about something else.');
  if (digest?.tag !== TAG.octets || !equalBytes(digest.body, await digestBytes(signer.hash, info)))
    throw malformed('The signature is about another content.');
  const signed = concatBytes([Uint8Array.of(TAG.set), signer.attributes.raw.subarray(1)]);
  if (!(await verifySignature(key, signer.algorithm, signer.signature, signed, signer.hash)))
    throw malformed('The authority’s signature is wrong.');
}

function fail(why: string): never {
  throw malformed(why);
}
