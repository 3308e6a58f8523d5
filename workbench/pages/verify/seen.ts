/** What this browser has seen of logs, one checkpoint each: a log that takes something back, or shows another history, is noticed. */
import type { SeenCheckpoint } from '#common/verify/types.ts';
import { parseSeen, remember } from '#common/verify/history.ts';

const KEY = 'assay.seen';

/** Nothing where the browser keeps nothing for this page. */
export function seenHere(): readonly SeenCheckpoint[] {
  try {
    return parseSeen(localStorage.getItem(KEY) ?? '[]') ?? [];
  } catch {
    return [];
  }
}

export function rememberHere(seen: SeenCheckpoint | null): void {
  const after = remember(seenHere(), seen);
  if (after === null) return;
  try {
    localStorage.setItem(KEY, JSON.stringify(after));
  } catch {
    // Storage that is full or forbidden: verifying goes on without memory.
  }
}
