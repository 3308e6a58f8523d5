import { createHash } from 'node:crypto';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { LoggedReceipt, ReceiptDraft } from '#common/receipt/receipt.ts';
import { openHost } from './index.ts';
import type { Host, HostOptions } from './types.ts';

/** A host whose artifacts and receipts are in memory: for the conformance suite, tests and benches. Nothing it logs is evidence. */
export interface ScratchHost {
  readonly host: Host;
  readonly drafts: readonly ReceiptDraft[];
  readonly artifacts: ReadonlyMap<Digest, Uint8Array>;
}

export async function openScratchHost(options: Omit<HostOptions, 'artifacts' | 'onReceipt'>): Promise<ScratchHost> {
  const drafts: ReceiptDraft[] = [];
  const artifacts = new Map<Digest, Uint8Array>();
  const host = await openHost({
    ...options,
    artifacts: {
      async get(digest) {
        const bytes = artifacts.get(digest);
        if (bytes === undefined) throw new AssayError('NOT_FOUND', `There is no artifact ${digest}.`);
        return bytes;
      },
      async put(bytes) {
        const digest = createHash('sha256').update(bytes).digest('hex');
        artifacts.set(digest, new Uint8Array(bytes));
        return digest;
      },
    },
    async onReceipt(draft): Promise<LoggedReceipt> {
      const index = drafts.push(draft) - 1;
      const body = JSON.stringify(draft);
      return { id: createHash('sha256').update(`${index}`).update(body).digest('hex'), index, body };
    },
  });
  return { host, drafts, artifacts };
}
