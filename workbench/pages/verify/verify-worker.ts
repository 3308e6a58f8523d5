/** Verifies a bundle off the page's thread, so that each check shows as it ends. */
import { verifyBundle } from '#common/verify.ts';
import type { CheckResult, Policy, VerifyReport } from '#common/verify-types.ts';

export interface VerifyRequest {
  readonly zip: Uint8Array;
  readonly policy: Policy | null;
}

export type VerifyMessage = { readonly check: CheckResult } | { readonly report: VerifyReport };

addEventListener('message', ({ data: { zip, policy } }: MessageEvent<VerifyRequest>) => {
  const tell = (message: VerifyMessage): void => postMessage(message);
  void verifyBundle(zip, { policy: policy ?? undefined, onCheck: (check) => tell({ check }) }).then((report) => tell({ report }));
});
