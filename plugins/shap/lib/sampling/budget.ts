import { AssayError } from '#common/errors.ts';
import { MOST_EVALUATIONS } from '../enumerate.ts';
import type { Plan } from './plan.ts';

/** Evaluations that are spent without being asked for. */
const UNASKED = 100_000_000;
/** How much more than the usual a target may take. */
const PATIENCE = 32;

export interface Limits {
  /** Most evaluations of the model, all rows together. */
  readonly budget: number | undefined;
  /** Standard error at which a row is done. */
  readonly targetSE: number | undefined;
}

export interface Allowance {
  /** Evaluations that may be spent in all. */
  readonly budget: number;
  /** Coalitions that each row may ask for. */
  readonly coalitions: number;
  readonly notes: readonly string[];
}

/** Coalitions that each row may have of a budget. @param each evaluations of one coalition in every row */
export const affordable = (budget: number, fixed: number, each: number): number =>
  each === 0 ? 0 : Math.max(0, Math.floor((budget - fixed) / each));

/**
 * How many coalitions each row may ask for. All get the same, so that a row's values don't depend on what others needed.
 *
 * @param fixed evaluations that are needed anyhow
 * @param each evaluations of one coalition in every row that has a game to play
 * @throws BUDGET_TOO_SMALL, DATA_TOO_LARGE
 */
export function allow({ budget, targetSE }: Limits, fixed: number, each: number, plans: readonly Plan[]): Allowance {
  const least = plans.reduce((most, plan) => Math.max(most, plan.least * plan.perUnit), 0);
  const players = plans.reduce((most, plan) => Math.max(most, plan.players), 0);
  const needed = fixed + each * least;
  if (budget !== undefined && needed > budget)
    throw new AssayError(
      'BUDGET_TOO_SMALL',
      `A budget of ${budget} evaluations is too small: these rows and this background need ${needed} at least.`,
      { where: '/budget', details: { least: needed } },
    );
  if (needed > MOST_EVALUATIONS)
    throw new AssayError(
      'DATA_TOO_LARGE',
      `${needed} evaluations are the fewest for these rows and this background; the limit is ${MOST_EVALUATIONS}.`,
    );
  const usual = Math.max(least, 2 * players + 2048, 8 * players);
  const unasked =
    targetSE === undefined
      ? Math.min(UNASKED, fixed + each * usual)
      : Math.min(MOST_EVALUATIONS, fixed + each * PATIENCE * usual);
  const limit = Math.min(MOST_EVALUATIONS, budget ?? Math.max(needed, unasked));
  const coalitions = affordable(limit, fixed, each);
  const silent = budget !== undefined || targetSE !== undefined || each === 0;
  return {
    budget: limit,
    coalitions,
    notes: silent ? [] : [`Up to ${coalitions} coalitions a row, since neither budget nor targetSE was given.`],
  };
}
