/** The body of C2SP tlog-witness `add-checkpoint`: old size line, consistency proof lines, an empty line, the checkpoint. */
import { fromBase64, toBase64 } from '#common/bytes.ts';
import { HASH_BYTES } from '#common/tlog/merkle.ts';
import { parseAnyCheckpoint, splitNote, type Checkpoint } from '#common/tlog/note.ts';

export interface AddCheckpoint {
  readonly oldSize: bigint;
  readonly proof: readonly Uint8Array[];
  /** The signed note, verbatim, and what it says; nothing is verified yet. */
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

/** “The client MUST NOT send more than 63 consistency proof lines.” */
const MAX_PROOF = 63;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** null for what is malformed: “400 Bad Request”. */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint | null {
  try {
    const text = strictUtf8.decode(body);
    const blank = text.indexOf('\n\n');
    const [old, ...lines] = text.slice(0, Math.max(blank, 0)).split('\n');
    // “encoded as an ASCII decimal with no leading zeroes (unless the size is zero, in which case the encoding MUST be 0)”
    const size = /^old (0|[1-9][0-9]{0,19})$/.exec(old ?? '')?.[1];
    const proof = lines.map(fromBase64).filter((hash) => hash?.length === HASH_BYTES) as Uint8Array[];
    if (size === undefined || proof.length !== lines.length || lines.length > MAX_PROOF) return null;
    const note = text.slice(blank + 2);
    const checkpoint = parseAnyCheckpoint(splitNote(note).text);
    return fits(BigInt(size)) && fits(checkpoint.size) ? { oldSize: BigInt(size), proof, note, checkpoint } : null;
  } catch {
    return null;
  }
}

/** What a log writes to its witnesses. */
export function formatAddCheckpoint({ oldSize, proof, note }: Omit<AddCheckpoint, 'checkpoint'>): string {
  return `old ${oldSize}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${note}`;
}

const fits = (size: bigint): boolean => size < 2n ** 64n;
