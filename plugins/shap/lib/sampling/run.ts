import type { Game } from './game.ts';
import type { Ends, Estimate, Plan } from './plan.ts';

export interface Found extends Estimate {
  /** Coalitions that were asked for. */
  readonly coalitions: number;
  /** Whether nothing was left to chance. */
  readonly exact: boolean;
}

/** Coalitions of the first round, when a standard error is aimed at. */
const FIRST = 256;
/** Rounds grow by powers of this, so that rows meet at the same sizes and share what those need. */
const STEP = 1.25;

/**
 * Estimates one game: all units that `coalitions` pays for, or in rounds until every standard error is at most `target`.
 *
 * @param coalitions most to ask for; at least what `plan.least` takes
 */
export async function run(
  game: Game,
  plan: Plan,
  ends: Ends,
  coalitions: number,
  target: number | undefined,
): Promise<Found> {
  const { perUnit, least, players } = plan;
  const outputs = ends.empty.length;
  const most = Math.min(plan.most, Math.floor(coalitions / perUnit));
  let worth = new Float64Array(0);
  let units = 0;
  let next = target === undefined ? most : Math.min(most, Math.max(least, Math.ceil(FIRST / perUnit)));
  for (;;) {
    const more = await ask(game, plan, units, next, players);
    const all = new Float64Array(worth.length + more.length);
    all.set(worth);
    all.set(more, worth.length);
    worth = all;
    units = next;
    const found = plan.estimate(units, worth, ends);
    const exact = plan.ends && units === plan.most;
    const largest = found.errors.reduce((a, b) => Math.max(a, b), 0);
    if (target === undefined || largest <= target || units >= most)
      return { ...found, coalitions: worth.length / outputs, exact };
    next = Math.min(most, rung(units * Math.min(4, Math.max(STEP, (largest / target) ** 2))));
  }
}

function rung(units: number): number {
  let size = 1;
  while (size < units) size = Math.ceil(size * STEP);
  return size;
}

/** A part of the units at a time, so that their coalitions don't fill the memory. */
async function ask(game: Game, plan: Plan, from: number, to: number, players: number): Promise<Float64Array> {
  const parts: Float64Array[] = [];
  const step = Math.max(1, Math.floor(2 ** 22 / (plan.perUnit * players)));
  for (let first = from; first < to; first += step) {
    const last = Math.min(to, first + step);
    parts.push(await game.worth(plan.masks(first, last), (last - first) * plan.perUnit));
  }
  if (parts.length === 1) return parts[0]!;
  const out = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
