import { createHash } from 'node:crypto';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { LoggedReceipt, ReceiptDraft } from '#common/receipt/receipt.ts';
import { openHost } from './index.ts';
import type { Host, HostArtifacts, HostOptions } from './types.ts';

/** A host whose artifacts and receipts are in memory: for the conformance suite, tests and benches. Nothing it logs is evidence. */
export interface ScratchHost {
  readonly host: Host;
  readonly drafts: readonly ReceiptDraft[];
  readonly artifacts: ReadonlyMap<Digest, Uint8Array>;
}

export async function openScratchHost(
  options: Omit<HostOptions, 'artifacts' | 'onReceipt'> & Partial<Pick<HostOptions, 'artifacts'>>,
): Promise<ScratchHost> {
  const drafts: ReceiptDraft[] = [];
  const artifacts = new Map<Digest, Uint8Array>();
  const inMemory: HostArtifacts = {
    async get(digest) {
      const bytes = artifacts.get(digest);
      if (bytes === undefined) throw new AssayError('NOT_FOUND', `There is no artifact ${digest}.`);
      return bytes;
    },
    async put(content) {
      const pieces: Uint8Array[] = [];
      for await (const piece of content instanceof Uint8Array ? [content] : content) pieces.push(piece.slice());
      const bytes = new Uint8Array(Buffer.concat(pieces));
      const digest = createHash('sha256').update(bytes).digest('hex');
      artifacts.set(digest, bytes);
      return digest;
    },
    async open(digest) {
      const bytes = await inMemory.get(digest);
      return { size: bytes.length, read: async (from, to) => bytes.slice(from, to), close: async () => {} };
    },
  };
  const host = await openHost({
    artifacts: inMemory,
    ...options,
    async onReceipt(draft): Promise<LoggedReceipt> {
      const index = drafts.push(draft) - 1;
      const body = JSON.stringify(draft);
      return { id: createHash('sha256').update(`${index}`).update(body).digest('hex'), index, body };
    },
  });
  return { host, drafts, artifacts };
}
