/**
 * What a witness remembers of each log: the last checkpoint that it cosigned, as a file that is a signed note itself, with the witness's
 * own line in it. The file is whole and on disk before the cosignature leaves the process.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '#common/errors.ts';
import { openNote, parseAnyCheckpoint, type Checkpoint, type NoteSigner } from '#common/tlog/note.ts';
import { EMPTY_ROOT } from '#common/tlog/merkle.ts';
import { codeOf, makeFolder, writeWhole } from '../store/files.ts';

interface Cosigned {
  readonly checkpoint: Checkpoint;
  /** Seconds since 1970; 0 for a log of which nothing was cosigned. */
  readonly time: bigint;
}

export interface Memory {
  /** What was cosigned last: a tree of size zero for a new log. @throws WITNESS_STATE */
  last(origin: string): Promise<Cosigned>;
  /** Resolves when the note, cosigned, outlives a power cut. @throws DISK_FULL */
  keep(origin: string, note: string): Promise<void>;
}

export async function openMemory(dir: string, witness: NoteSigner): Promise<Memory> {
  await makeFolder(dir, 0o700);
  // An origin is any text: its digest makes a file name of it.
  const fileOf = (origin: string): string => join(dir, createHash('sha256').update(origin).digest('hex'));
  return {
    async last(origin) {
      const path = fileOf(origin);
      const note = await readFile(path, 'utf8').catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
      return note === undefined
        ? { checkpoint: { origin, size: 0n, root: EMPTY_ROOT }, time: 0n }
        : read(note, origin, witness, path);
    },
    keep: (origin, note) => writeWhole(fileOf(origin), note),
  };
}

/** A witness that is unsure of what it signed signs nothing more. */
function read(note: string, origin: string, witness: NoteSigner, path: string): Cosigned {
  try {
    const { text, signatures } = openNote(note, [witness]);
    const checkpoint = parseAnyCheckpoint(text);
    const time = signatures[0]?.time;
    if (checkpoint.origin === origin && typeof time === 'bigint') return { checkpoint, time };
  } catch (cause) {
    throw new AssayError('WITNESS_STATE', undefined, { where: path, cause });
  }
  throw new AssayError('WITNESS_STATE', undefined, { where: path });
}
