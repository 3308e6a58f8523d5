import type { Evaluate } from '../enumerate.ts';
import { gameOf } from './game.ts';
import type { Ends, Plan } from './plan.ts';
import { type Found, run } from './run.ts';

/** Rows to explain, what they are compared with, and how. */
export interface Work {
  readonly evaluate: Evaluate;
  /** (rows × features) */
  readonly x: Float64Array;
  readonly rows: number;
  readonly features: number;
  readonly background: Float64Array;
  readonly backgroundRows: number;
  readonly outputs: number;
  /** Features that play in each row, and by which plan; null where fewer than two do. */
  readonly games: readonly { readonly players: readonly number[]; readonly plan: Plan | null }[];
  readonly coalitions: number;
  readonly targetSE: number | undefined;
}

export interface Explained {
  /** (rows × features × outputs) */
  readonly values: Float64Array;
  readonly errors: Float64Array;
  readonly largest: number;
  /** Most coalitions that a row asked for. */
  readonly coalitions: number;
  readonly exact: boolean;
}

/** Row by row; features that don't play get nothing. @param whole outputs of the rows (rows × outputs) */
export async function explainRows(
  work: Work,
  base: Float64Array,
  whole: Float64Array,
  onBatch: (rows: number) => void,
): Promise<Explained> {
  const { x, rows, features, outputs, games } = work;
  const values = new Float64Array(rows * features * outputs);
  const errors = new Float64Array(values.length);
  let [largest, coalitions, exact] = [0, 0, true];
  for (let row = 0; row < rows; row++) {
    const { players, plan } = games[row]!;
    const own = x.subarray(row * features, (row + 1) * features);
    const ends = { empty: base, full: whole.subarray(row * outputs, (row + 1) * outputs) };
    const game = gameOf(work, own, players, onBatch);
    const found =
      plan === null ? alone(players.length, ends) : await run(game, plan, ends, work.coalitions, work.targetSE);
    exact &&= found.exact;
    coalitions = Math.max(coalitions, found.coalitions);
    players.forEach((feature, player) => {
      for (let k = 0; k < outputs; k++) {
        const to = (row * features + feature) * outputs + k;
        values[to] = found.values[player * outputs + k]!;
        errors[to] = found.errors[player * outputs + k]!;
        largest = Math.max(largest, errors[to]!);
      }
    });
  }
  return { values, errors, largest, coalitions, exact };
}

/** One player gets everything; without any there is nothing to get but rounding. */
function alone(players: number, { empty, full }: Ends): Found {
  const values = players === 0 ? new Float64Array(0) : full.map((value, k) => value - empty[k]!);
  return { values, errors: new Float64Array(values.length), coalitions: 0, exact: true };
}
