/** Certificates (RFC 5280), as much as a time-stamping authority's chain needs; whatever critical extension it doesn't know, it refuses. */
import { ed25519 } from '#crypto';
import { concatBytes, equalBytes } from '#common/bytes.ts';
import { context, isOid, malformed, members, numberIn, readDer, TAG, timeIn, type Der } from './der.ts';

/** The part of WebCrypto used here; Node and browsers have it. */
interface Subtle {
  digest(hash: string, data: Uint8Array): Promise<ArrayBuffer>;
  importKey(
    format: 'spki',
    key: Uint8Array,
    how: object,
    extractable: false,
    uses: readonly ['verify'],
  ): Promise<unknown>;
  verify(how: object, key: unknown, signature: Uint8Array, data: Uint8Array): Promise<boolean>;
}
const subtle = (): Subtle => (globalThis as unknown as { crypto: { subtle: Subtle } }).crypto.subtle;

const HASHES: readonly (readonly [oid: string, name: string])[] = [
  ['2.16.840.1.101.3.4.2.1', 'SHA-256'],
  ['2.16.840.1.101.3.4.2.2', 'SHA-384'],
  ['2.16.840.1.101.3.4.2.3', 'SHA-512'],
];
const RSA = '1.2.840.113549.1.1.1';
const EC = '1.2.840.10045.2.1';
const ED25519 = '1.3.101.112';
/** Signature algorithms that name their hash. */
const SIGNATURES: readonly (readonly [oid: string, hash: string])[] = [
  ['1.2.840.113549.1.1.11', 'SHA-256'],
  ['1.2.840.113549.1.1.12', 'SHA-384'],
  ['1.2.840.113549.1.1.13', 'SHA-512'],
  ['1.2.840.10045.4.3.2', 'SHA-256'],
  ['1.2.840.10045.4.3.3', 'SHA-384'],
  ['1.2.840.10045.4.3.4', 'SHA-512'],
];
const CURVES: readonly (readonly [oid: string, name: string, bytes: number])[] = [
  ['1.2.840.10045.3.1.7', 'P-256', 32],
  ['1.3.132.0.34', 'P-384', 48],
  ['1.3.132.0.35', 'P-521', 66],
];

export interface Certificate {
  readonly raw: Uint8Array;
  readonly serial: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
  readonly key: Uint8Array;
  readonly signed: Uint8Array;
  readonly algorithm: Der;
  readonly signature: Uint8Array;
  readonly extensions: readonly { readonly id: Der; readonly critical: boolean; readonly value: Uint8Array }[];
}

/** @throws TIMESTAMP_INVALID */
export function parseCertificate(bytes: Uint8Array): Certificate {
  const [tbs, algorithm, signature, ...rest] = members(readDer(bytes));
  const [version, serial, inner, issuer, validity, subject, key, ...more] = members(tbs);
  const [from, until] = members(validity);
  const known = version?.tag === context(0) && numberIn(readDer(version.body)) === 2;
  if (!known || rest.length > 0 || !equalBytes(inner!.raw, algorithm!.raw))
    throw malformed('A certificate is malformed.');
  const wrapped = more.find(({ tag }) => tag === context(3));
  return {
    raw: bytes,
    serial: serial!.raw,
    issuer: issuer!.raw,
    subject: subject!.raw,
    from: timeIn(from),
    until: timeIn(until),
    key: key!.raw,
    signed: tbs!.raw,
    algorithm: algorithm!,
    signature: bits(signature),
    extensions: wrapped === undefined ? [] : members(readDer(wrapped.body)).map(extension),
  };
}

function extension(value: Der): Certificate['extensions'][number] {
  const [id, ...rest] = members(value);
  const critical = rest.length === 2;
  // DER leaves the default, false, out.
  if (critical && (rest[0]!.tag !== TAG.boolean || rest[0]!.body[0] !== 0xff)) throw malformed();
  if (id === undefined || rest.at(-1)?.tag !== TAG.octets) throw malformed();
  return { id, critical, value: rest.at(-1)!.body };
}

function bits(value: Der | undefined): Uint8Array {
  if (value?.tag !== TAG.bits || value.body[0] !== 0) throw malformed();
  return value.body.subarray(1);
}

/** Without parameters, or with the NULL that stands for them. */
function plainAlgorithm(algorithm: Der | undefined): Der[] {
  const [id, parameters, ...rest] = members(algorithm);
  const plain = parameters === undefined || (parameters.tag === TAG.null && parameters.body.length === 0);
  if (id === undefined || !plain || rest.length > 0)
    throw malformed('An algorithm has parameters that are not taken here.');
  return [id];
}

export const hashOf = (algorithm: Der | undefined): string | null => {
  const [id] = plainAlgorithm(algorithm);
  return HASHES.find(([oid]) => isOid(id, oid))?.[1] ?? null;
};

export const digestBytes = async (hash: string, data: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await subtle().digest(hash, data));

/** `hash` is for algorithms that don't name theirs. */
export async function verifySignature(
  key: Uint8Array,
  algorithm: Der,
  signature: Uint8Array,
  data: Uint8Array,
  hash: string | null,
): Promise<boolean> {
  const [id] = plainAlgorithm(algorithm);
  const [about, point] = members(readDer(key));
  const [kind, parameter] = members(about);
  const named = SIGNATURES.find(([oid]) => isOid(id, oid))?.[1] ?? (isOid(id, RSA) ? hash : null);
  if (isOid(kind, ED25519)) return isOid(id, ED25519) && ed25519.verify(signature, data, bits(point));
  if (named === null) return false;
  if (isOid(kind, RSA)) {
    const how = { name: 'RSASSA-PKCS1-v1_5', hash: named };
    return subtle().verify(how, await subtle().importKey('spki', key, how, false, ['verify']), signature, data);
  }
  const curve = CURVES.find(([oid]) => isOid(parameter, oid));
  if (!isOid(kind, EC) || curve === undefined) return false;
  const [, namedCurve, size] = curve;
  const imported = await subtle().importKey('spki', key, { name: 'ECDSA', namedCurve }, false, ['verify']);
  return subtle().verify({ name: 'ECDSA', hash: named }, imported, plain(signature, size), data);
}

/** WebCrypto wants r ‖ s. */
function plain(signature: Uint8Array, size: number): Uint8Array {
  const parts = members(readDer(signature)).map(({ tag, body }) => {
    const digits = body[0] === 0 ? body.subarray(1) : body;
    if (tag !== TAG.integer || digits.length > size) throw malformed();
    return concatBytes([new Uint8Array(size - digits.length), digits]);
  });
  if (parts.length !== 2) throw malformed();
  return concatBytes(parts);
}

const BASIC = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const EXTENDED = '2.5.29.37';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const find = ({ extensions }: Certificate, oid: string): Certificate['extensions'][number] | undefined =>
  extensions.find(({ id }) => isOid(id, oid));

/** RFC 3161, 2.3: “MUST contain only one instance of the extended key usage field extension”, id-kp-timeStamping, and “MUST be critical”. */
export function mayStamp(certificate: Certificate): boolean {
  const extended = find(certificate, EXTENDED);
  const uses = extended?.critical === true ? members(readDer(extended.value)) : [];
  return uses.length === 1 && isOid(uses[0], TIME_STAMPING) && usage(certificate, 0xc0) && knowsCritical(certificate);
}

/** Whether it may issue the certificate `below` others of the chain. */
function mayIssue(certificate: Certificate, below: number): boolean {
  const basic = find(certificate, BASIC);
  if (basic === undefined) return false;
  const [ca, length] = members(readDer(basic.value));
  const deep = length === undefined || numberIn(length) >= below;
  return (
    ca?.tag === TAG.boolean && ca.body[0] === 0xff && deep && usage(certificate, 0x04) && knowsCritical(certificate)
  );
}

/** Key usage, where it is limited at all: one of these bits of its first byte. */
function usage(certificate: Certificate, wanted: number): boolean {
  const found = find(certificate, KEY_USAGE);
  if (found === undefined) return true;
  const { tag, body } = readDer(found.value);
  return tag === TAG.bits && ((body[1] ?? 0) & wanted) !== 0;
}

const knowsCritical = ({ extensions }: Certificate): boolean =>
  extensions.every(({ id, critical }) => !critical || [BASIC, KEY_USAGE, EXTENDED].some((oid) => isOid(id, oid)));

/**
 * The chain from `leaf` to a root, each certificate valid at `at`; null when there is none. `others` are what the token brings: all of
 * them must be in the chain, so that none can be altered unnoticed. Without `roots` any self-signed end is taken.
 */
export async function chain(
  leaf: Certificate,
  others: readonly Certificate[],
  roots: readonly Certificate[] | null,
  at: number,
): Promise<readonly Certificate[] | null> {
  const found = [leaf];
  for (;;) {
    const last = found.at(-1)!;
    if (at < last.from || at > last.until) return null;
    const rooted = roots?.some(({ raw }) => equalBytes(raw, last.raw)) ?? false;
    const own = equalBytes(last.issuer, last.subject);
    const unused = others.filter((one) => !found.includes(one));
    if (rooted || own || found.length > 8) {
      const self = own && (await verifySignature(last.key, last.algorithm, last.signature, last.signed, null));
      return (rooted || (roots === null && self)) && unused.length === 0 ? found : null;
    }
    const issuers = [...unused, ...(roots ?? [])].filter(({ subject }) => equalBytes(subject, last.issuer));
    let next: Certificate | undefined;
    for (const one of issuers) {
      const signed =
        mayIssue(one, found.length - 1) &&
        (await verifySignature(one.key, last.algorithm, last.signature, last.signed, null));
      if (signed) next ??= one;
    }
    if (next === undefined) return roots === null && unused.length === 0 ? found : null;
    found.push(next);
  }
}
