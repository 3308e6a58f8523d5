/** C2SP signed notes with Ed25519 keys, and the two things Assay signs as notes: checkpoints and their cosignatures. */
import { ed25519, sha256, type Bytes } from '#crypto';
import { concatBytes, equalBytes, fromBase64, toBase64, toHex } from '#common/bytes.ts';
import { signCosignature, verifyCosignature } from './cosignature.ts';
import { AssayError } from '#common/errors.ts';

/** What a key signs, as its vkey says: notes as they are, or `cosignature/v1` statements about checkpoints. */
export const NOTE_KEY = 0x01;
export const COSIGNATURE_KEY = 0x04;

const MAX_SIGNATURES = 100;
const utf8 = new TextEncoder();

export interface Vkey {
  readonly name: string;
  /** First 4 bytes of SHA-256(name ‖ "\n" ‖ type ‖ key). */
  readonly id: Bytes;
  readonly type: typeof NOTE_KEY | typeof COSIGNATURE_KEY;
  readonly publicKey: Uint8Array;
}

export interface NoteSigner extends Vkey {
  readonly secretKey: Uint8Array;
}

export interface Note {
  /** Ends with a newline. */
  readonly text: string;
  /** By known keys only, each verified, at least one. `time` in seconds since 1970, for cosignatures. */
  readonly signatures: readonly { readonly key: Vkey; readonly time: bigint | null }[];
}

/** A key name: not empty, no Unicode space, no plus. */
const NAME = /^[^\s\u0085+]+$/u;

export function vkeyOf(name: string, publicKey: Uint8Array, type: Vkey['type'] = NOTE_KEY): Vkey {
  if (!NAME.test(name) || publicKey.length !== 32)
    throw invalid('A key has a name without spaces or plus, and 32 bytes.');
  const id = sha256(concatBytes([utf8.encode(`${name}\n`), Uint8Array.of(type), publicKey])).slice(0, 4);
  return { name, id, type, publicKey };
}

export function noteSigner(name: string, secretKey: Uint8Array, type: Vkey['type'] = NOTE_KEY): NoteSigner {
  return { ...vkeyOf(name, ed25519.publicKey(secretKey), type), secretKey };
}

/** `name+hhhhhhhh`: how receipts name a log and a signer. */
export function keyName({ name, id }: Vkey): string {
  return `${name}+${toHex(id)}`;
}

/** `name+hhhhhhhh+base64(type ‖ key)` */
export function formatVkey(key: Vkey): string {
  return `${keyName(key)}+${toBase64(concatBytes([Uint8Array.of(key.type), key.publicKey]))}`;
}

/** @throws NOTE_INVALID: malformed, of a type other than Ed25519, or its hash is not the key's. */
export function parseVkey(text: string): Vkey {
  const [, name, hash, base64] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(text) ?? [];
  const bytes = base64 === undefined ? null : fromBase64(base64);
  const type = bytes?.[0];
  if (bytes?.length !== 33 || (type !== NOTE_KEY && type !== COSIGNATURE_KEY))
    throw invalid('This is no Ed25519 verifier key.');
  const key = vkeyOf(name!, bytes.subarray(1), type);
  if (toHex(key.id) !== hash) throw invalid('The verifier key’s hash is not that of its key.');
  return key;
}

/** @throws NOTE_INVALID: the text does not end with a newline or holds control characters. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  checkText(text);
  if (!text.endsWith('\n')) throw invalid('A note ends with a newline.');
  return `${text}\n${signers.map((signer) => signatureLine(signer, ed25519.sign(text, signer.secretKey))).join('')}`;
}

/** The line that a witness answers with: its cosignature of the note's text at `time`, in seconds. @throws NOTE_INVALID */
export function cosignatureLine(text: string, witness: NoteSigner, time: bigint): string {
  return signatureLine(witness, signCosignature(text, witness.secretKey, time));
}

/** The note with a witness's signature below the others. @throws NOTE_INVALID */
export function cosign(note: string, witness: NoteSigner, time: bigint): string {
  return note + cosignatureLine(splitNote(note).text, witness, time);
}

/**
 * Verifies every signature by a known key; signatures of others are passed over, as C2SP asks.
 * @throws NOTE_INVALID: malformed, a known key's signature is wrong or comes twice, or no known key signed.
 */
export function openNote(note: string, known: readonly Vkey[]): Note {
  const { text, lines } = splitNote(note);
  const signatures: { key: Vkey; time: bigint | null }[] = [];
  for (const { name, id, signature } of lines) {
    const key = known.find((one) => one.name === name && equalBytes(one.id, id));
    if (key === undefined) continue;
    if (signatures.some((one) => one.key === key)) throw invalid(`“${name}” signed twice.`);
    signatures.push({ key, time: verifySignature(text, key, signature) });
  }
  if (signatures.length === 0) throw invalid('No known key signed this note.');
  return { text, signatures };
}

/** The signature lines of these keys as they stand, verified. @throws NOTE_INVALID when none of them signed */
export function linesBy(note: string, keys: readonly Vkey[]): string {
  const { text, signatures } = openNote(note, keys);
  const raw = note.slice(text.length + 1).split('\n');
  const kept = splitNote(note).lines.map(({ name, id }, index) =>
    signatures.some(({ key }) => key.name === name && equalBytes(key.id, id)) ? `${raw[index]}\n` : '',
  );
  return kept.join('');
}

/** The time, of a cosignature. @throws NOTE_INVALID */
function verifySignature(text: string, key: Vkey, signature: Uint8Array): bigint | null {
  const time = key.type === COSIGNATURE_KEY ? verifyCosignature(text, signature, key.publicKey) : null;
  const holds = key.type === COSIGNATURE_KEY ? time !== null : ed25519.verify(signature, text, key.publicKey);
  if (!holds) throw invalid(`The signature by “${key.name}” is wrong.`);
  return time;
}

function signatureLine(signer: NoteSigner, signature: Uint8Array): string {
  return `— ${signer.name} ${toBase64(concatBytes([signer.id, signature]))}\n`;
}

interface SignatureLine {
  readonly name: string;
  readonly id: Uint8Array;
  readonly signature: Uint8Array;
}

/** Text and signatures, unverified. @throws NOTE_INVALID */
export function splitNote(note: string): { readonly text: string; readonly lines: readonly SignatureLine[] } {
  checkText(note);
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0 || !note.endsWith('\n') || blank + 2 === note.length)
    throw invalid('A note is a text, a blank line and signatures.');
  const lines = note.slice(blank + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw invalid(`A note has at most ${MAX_SIGNATURES} signatures.`);
  return { text: note.slice(0, blank + 1), lines: lines.map(readSignature) };
}

function readSignature(line: string): SignatureLine {
  const [, name, base64] = /^— ([^ ]+) ([^ ]+)$/u.exec(line) ?? [];
  const bytes = base64 === undefined ? null : fromBase64(base64);
  if (bytes === null || bytes.length < 5 || !NAME.test(name!)) throw invalid('A signature line is malformed.');
  return { name: name!, id: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

function checkText(text: string): void {
  // oxlint-disable-next-line no-control-regex
  if (!text.isWellFormed() || /[\u0000-\u0009\u000b-\u001f]/.test(text))
    throw invalid('A note holds no control characters but newlines.');
}

/** A log's head: the first three lines of a C2SP tlog-checkpoint. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Uint8Array;
}

/** The text to sign. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** @throws NOTE_INVALID: malformed, or with extension lines, which no Assay log writes. */
export function parseCheckpoint(text: string): Checkpoint {
  if (text.split('\n').length > 4) throw invalid('This is no checkpoint: origin, size, root.');
  return parseAnyCheckpoint(text);
}

/** As other logs may write them: extension lines, “opaque and OPTIONAL”, follow the three. @throws NOTE_INVALID */
export function parseAnyCheckpoint(text: string): Checkpoint {
  const [origin, size, root, ...rest] = text.split('\n');
  const hash = root === undefined ? null : fromBase64(root);
  const extensions = rest.slice(0, -1);
  const ends = rest.length > 0 && rest.at(-1) === '' && !extensions.includes('');
  if (!origin || !/^(?:0|[1-9][0-9]{0,19})$/.test(size ?? '') || hash?.length !== 32 || !ends)
    throw invalid('This is no checkpoint: origin, size, root.');
  return { origin, size: BigInt(size!), root: hash };
}

function invalid(why: string): AssayError {
  return new AssayError('NOTE_INVALID', why);
}
