/** Pins the realm in which cells run: a worker thread or the frame, never the kernel's own. Import this first of all there. */
import 'ses';
import { pinRealmDate } from './date.ts';

let pinned = false;

/** Locks the realm down: afterwards no intrinsic object can be changed by anyone. Safe to call twice. */
export function pinRealm(): void {
  if (pinned) return;
  pinned = true;
  pinRealmDate(globalThis);
  lockdown({
    errorTaming: 'safe', // cells cannot read stacks, which differ between engines; getStackString can
    overrideTaming: 'severe', // d3 and others assign to what prototypes hold
    stackFiltering: 'verbose',
    consoleTaming: 'unsafe',
    domainTaming: 'unsafe',
    reporting: 'none', // newer engines have intrinsics that SES removes and would name
    errorTrapping: 'none',
    unhandledRejectionTrapping: 'none',
    localeTaming: 'safe', // toLocaleString is toString, localeCompare compares code units
  });
}

/** The stack of an error thrown anywhere in the locked realm. */
export function stackOf(error: Error): string {
  const { getStackString } = globalThis as { getStackString?: (error: Error) => string };
  return getStackString?.(error) ?? error.stack ?? '';
}
