/** Verifies a bundle off the page's thread, so that each check shows as it ends. */
import { expose } from 'comlink';
import { verifyBundle } from '#common/verify.ts';
import type { CheckResult, Policy, SeenCheckpoint, VerifyReport } from '#common/verify-types.ts';

const verifier = {
  verify: (
    zip: Uint8Array,
    policy: Policy | null,
    remembered: readonly SeenCheckpoint[],
    onCheck: (check: CheckResult) => void,
  ): Promise<VerifyReport> => verifyBundle(zip, { policy: policy ?? undefined, remembered, onCheck }),
};

export type Verifier = typeof verifier;

expose(verifier);
