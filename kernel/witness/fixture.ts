/** Logs for tests of witnesses: histories that share a beginning, each signed by the log's one key, as a log that forks would have it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ed25519 } from '#crypto';
import { equalBytes } from '#common/bytes.ts';
import { MerkleTree } from '#common/tlog/merkle.ts';
import { formatCheckpoint, formatVkey, noteSigner, signNote, type NoteSigner } from '#common/tlog/note.ts';
import { formatAddCheckpoint } from './request.ts';

export interface History {
  readonly vkey: string;
  readonly signer: NoteSigner;
  readonly tree: MerkleTree;
  note(size: number): string;
  /** A request with a right proof; `proof` and `note` replace what it would hold. */
  request(old: number, size: number, twist?: { proof?: readonly Uint8Array[]; note?: string }): Uint8Array;
}

/** `fork`: entries from number `from` on are others. */
export function history(signer: NoteSigner, size: number, fork = { from: Infinity, name: '' }): History {
  const tree = new MerkleTree();
  const utf8 = new TextEncoder();
  for (let i = 0; i < size; i++) tree.append(utf8.encode(i < fork.from ? `entry ${i}` : `${fork.name} ${i}`));
  const note = (at: number): string =>
    signNote(formatCheckpoint({ origin: signer.name, size: BigInt(at), root: tree.root(at) }), [signer]);
  return {
    vkey: formatVkey(signer),
    signer,
    tree,
    note,
    request(old, at, twist = {}) {
      const proof = twist.proof ?? (old > at ? [] : tree.consistencyProof(old, at));
      return utf8.encode(formatAddCheckpoint({ oldSize: BigInt(old), proof, note: twist.note ?? note(at) }));
    },
  };
}

export const newLog = (name: string): NoteSigner => noteSigner(name, ed25519.generate().secretKey);

/** A folder of its own for each test. */
export function scratch(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'assay-witness-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** What a witness was seen to sign: the tree of this size and root. */
export interface Signed {
  readonly size: number;
  readonly of: History;
}

/** The first two that are not beginnings of one history, or that came in the wrong order; null when all of them are. */
export function contradiction(signed: readonly Signed[]): readonly [Signed, Signed] | null {
  for (const [at, later] of signed.entries()) {
    const broken = signed
      .slice(0, at)
      .find((one) => one.size > later.size || !equalBytes(one.of.tree.root(one.size), later.of.tree.root(one.size)));
    if (broken !== undefined) return [broken, later];
  }
  return null;
}
