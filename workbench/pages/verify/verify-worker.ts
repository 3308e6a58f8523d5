/** Verifies a bundle off the page's thread, so that each check shows as it ends. */
import { expose } from 'comlink';
import { verifyBundle } from '#common/verify/verify.ts';
import type { CheckResult, Policy, SeenCheckpoint, VerifyReport } from '#common/verify/types.ts';
import { blobSource } from './blob-source.ts';

const EVERY_MS = 100;

const verifier = {
  verify(
    zip: Uint8Array | Blob,
    policy: Policy | null,
    remembered: readonly SeenCheckpoint[],
    onCheck: (check: CheckResult) => void,
    onRead: (done: number, total: number) => void,
  ): Promise<VerifyReport> {
    let told = performance.now();
    const onProgress = (done: number, total: number): void => {
      const now = performance.now();
      if (now - told < EVERY_MS) return;
      told = now;
      onRead(done, total);
    };
    const source = zip instanceof Blob ? blobSource(zip) : zip;
    return verifyBundle(source, { policy: policy ?? undefined, remembered, onCheck, onProgress });
  },
};

export type Verifier = typeof verifier;

expose(verifier);
