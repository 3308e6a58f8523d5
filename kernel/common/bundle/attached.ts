/**
 * What lies beside a seal and is in no digest of it: the checkpoint's lines by witnesses, which sign after it, and time stamps. The log's key
 * signs a note that names these files as they were given away, so that none is added, changed or taken out unnoticed.
 */
import { sha256Hex } from '#crypto';
import type { Digest } from '#common/data.ts';
import { signNote, type NoteSigner } from '#common/tlog/note.ts';
import { PATHS, STAMPS } from './layout.ts';

export type AttachedFiles = ReadonlyMap<string, Uint8Array>;

/** Files that the note is about, where they are there. */
export const ATTACHABLE = [PATHS.checkpoint, STAMPS.checkpoint, STAMPS.notebook] as const;

/** The note's text: a line for what it is, one for the seal, then lines of `sha256sum`. */
export function attachedText(seal: Digest, files: AttachedFiles): string {
  const lines = ATTACHABLE.filter((path) => files.has(path)).map((path) => `${sha256Hex(files.get(path)!)}  ${path}\n`);
  return `assay attached/v1\n${seal}\n${lines.join('')}`;
}

export function signAttached(seal: Digest, files: AttachedFiles, log: NoteSigner): string {
  return signNote(attachedText(seal, files), [log]);
}

/** The files under proof/ that a bundle with this checkpoint and these stamps has. */
export function attachedFiles(
  checkpoint: string,
  stamps: { readonly notebook?: Uint8Array | undefined; readonly checkpoint?: Uint8Array | undefined } = {},
): AttachedFiles {
  const files = new Map<string, Uint8Array>([[PATHS.checkpoint, new TextEncoder().encode(checkpoint)]]);
  if (stamps.checkpoint !== undefined) files.set(STAMPS.checkpoint, stamps.checkpoint);
  if (stamps.notebook !== undefined) files.set(STAMPS.notebook, stamps.notebook);
  return files;
}
