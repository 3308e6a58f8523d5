/** C2SP tlog-proof files: everything that shows, offline, that an entry is in a log. */
import { fromBase64, fromHex, toBase64 } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { leafHash, verifyInclusion } from './merkle.ts';
import { openNote, parseCheckpoint, splitNote, type Checkpoint, type Note, type Vkey } from './note.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';

export interface TlogProof {
  readonly index: bigint;
  /** From the leaf's sibling to the root's child. */
  readonly hashes: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
  /** Signed by nobody. */
  readonly extra?: Uint8Array;
}

export function formatProof({ index, hashes, checkpoint, extra }: TlogProof): string {
  const said = extra === undefined ? '' : `extra ${toBase64(extra)}\n`;
  return `${HEADER}\n${said}index ${index}\n${hashes.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`;
}

/** Takes apart what `formatProof` wrote, verifying nothing. @throws MERKLE_INVALID, NOTE_INVALID for a malformed file. */
export function parseProof(text: string): TlogProof {
  const blank = text.indexOf('\n\n');
  const [header, ...lines] = text.slice(0, Math.max(blank, 0)).split('\n');
  if (header !== HEADER) refuse('This is no tlog-proof.');
  const extra = lines[0]?.startsWith('extra ') ? bytesOf(lines.shift()!.slice('extra '.length)) : undefined;
  const index = /^index (0|[1-9][0-9]{0,19})$/.exec(lines.shift() ?? '')?.[1];
  if (index === undefined) refuse('The proof does not say which entry it is for.');
  // A tree of 2^64 entries has 64 hashes on the way.
  if (lines.length > 64) refuse('The proof is too long.');
  const checkpoint = text.slice(blank + 2);
  splitNote(checkpoint);
  return { index: BigInt(index), hashes: lines.map(bytesOf), checkpoint, ...(extra === undefined ? {} : { extra }) };
}

function bytesOf(base64: string): Uint8Array {
  return fromBase64(base64) ?? refuse('The proof holds a line that is no base64.');
}

export interface VerifiedProof {
  readonly index: bigint;
  readonly checkpoint: Checkpoint;
  readonly note: Note;
}

/**
 * The entry is in the log, and a known key says so. `entry` is the leaf's data: for a receipt, the 32 bytes of its id. The note's
 * signatures include one by a key whose name is the checkpoint's origin; cosignatures come beside it.
 * @throws MERKLE_INVALID, NOTE_INVALID
 */
export function verifyProof(text: string, entry: Uint8Array, known: readonly Vkey[]): VerifiedProof {
  const proof = parseProof(text);
  const note = openNote(proof.checkpoint, known);
  const checkpoint = parseCheckpoint(note.text);
  checkOrigin(checkpoint, note);
  verifyInclusion(proof.index, checkpoint.size, leafHash(entry), proof.hashes, checkpoint.root);
  return { index: proof.index, checkpoint, note };
}

/** Opens a checkpoint: signed by the log that it names. @throws NOTE_INVALID */
export function verifyCheckpoint(note: string, known: readonly Vkey[]): Checkpoint {
  const opened = openNote(note, known);
  const checkpoint = parseCheckpoint(opened.text);
  checkOrigin(checkpoint, opened);
  return checkpoint;
}

function checkOrigin(checkpoint: Checkpoint, note: Note): void {
  if (note.signatures.some(({ key, time }) => time === null && key.name === checkpoint.origin)) return;
  throw new AssayError('NOTE_INVALID', `The checkpoint is not signed by “${checkpoint.origin}”, whose it says it is.`);
}

/** What the log's tree holds for a receipt. @throws MERKLE_INVALID when `id` is no digest. */
export function receiptEntry(id: Digest): Uint8Array {
  const bytes = fromHex(id);
  return bytes?.length === 32 ? bytes : refuse('A receipt’s id is 64 hex digits.');
}

function refuse(why: string): never {
  throw new AssayError('MERKLE_INVALID', why);
}
