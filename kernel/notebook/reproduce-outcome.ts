import type { Digest } from '#common/data.ts';
import type { Difference } from './reproduce-compare.ts';

export const OUTCOMES = ['IDENTICAL', 'EQUIVALENT', 'DIVERGED', 'NOT-RUN'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What became of one cell when it ran again. */
export interface CellOutcome {
  readonly id: string;
  readonly outcome: Outcome;
  readonly sealed: Digest;
  readonly found: Digest | null;
  /** Why it isn't IDENTICAL, as a sentence. */
  readonly reason?: string;
  /** EQUIVALENT: what takes most of its tolerance. DIVERGED: the worst place, beyond what is allowed there. */
  readonly difference?: Difference;
}
