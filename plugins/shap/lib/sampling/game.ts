import type { Evaluate } from '../enumerate.ts';

/** Numbers that go into the model at once, and rows at most. */
const BATCH = { numbers: 2 ** 22, rows: 16_384 };

/** One row against the background, as a game of the features that tell it from the background. */
export interface Game {
  /** Features that differ from some background row; the others have no share. */
  readonly players: readonly number[];
  /** Mean output over the background, for each coalition (coalitions × players) → (coalitions × outputs). */
  worth(masks: Uint8Array, count: number): Promise<Float64Array>;
}

/** @param background (backgroundRows × features) @param row (features) */
export function varying(row: Float64Array, background: Float64Array, backgroundRows: number): number[] {
  const features = row.length;
  return Array.from({ length: features }, (_, j) => j).filter((j) => {
    const own = row[j]!;
    for (let b = 0; b < backgroundRows; b++) {
      const other = background[b * features + j]!;
      if (own !== other && !(Number.isNaN(own) && Number.isNaN(other))) return true;
    }
    return false;
  });
}

/** A model, and what the rows are compared with. */
export interface Field {
  readonly evaluate: Evaluate;
  /** (backgroundRows × features) */
  readonly background: Float64Array;
  readonly backgroundRows: number;
  readonly outputs: number;
}

/** Rows that go into the model at once. */
const batchOf = (features: number): number => Math.max(128, Math.min(BATCH.rows, Math.floor(BATCH.numbers / features)));

/** Outputs of rows, in batches. @param x (rows × features) @returns (rows × outputs) */
export async function inBatches(
  { evaluate, outputs }: Field,
  x: Float64Array,
  rows: number,
  features: number,
): Promise<Float64Array> {
  const out = new Float64Array(rows * outputs);
  const most = batchOf(features);
  for (let first = 0; first < rows; first += most) {
    const last = Math.min(rows, first + most);
    out.set(await evaluate(x.subarray(first * features, last * features), last - first), first * outputs);
  }
  return out;
}

/**
 * @param row (features)
 * @param onBatch hears how many rows were evaluated; throws to stop
 */
export function gameOf(
  { evaluate, background, backgroundRows, outputs }: Field,
  row: Float64Array,
  players: readonly number[],
  onBatch: (rows: number) => void,
): Game {
  const features = row.length;
  const most = batchOf(features);
  const mixed = new Float64Array(most * features);
  /** Rows first to last − 1 of coalitions × background. */
  const fill = (masks: Uint8Array, first: number, last: number): void => {
    for (let at = first; at < last;) {
      const coalition = Math.floor(at / backgroundRows);
      const b = at - coalition * backgroundRows;
      const count = Math.min(backgroundRows - b, last - at);
      const start = (at - first) * features;
      mixed.set(background.subarray(b * features, (b + count) * features), start);
      for (let p = 0; p < players.length; p++) {
        if (masks[coalition * players.length + p] === 0) continue;
        const j = players[p]!;
        const own = row[j]!;
        for (let to = start + j; to < start + count * features; to += features) mixed[to] = own;
      }
      at += count;
    }
  };
  return {
    players,
    async worth(masks, count) {
      const sums = new Float64Array(count * outputs);
      const total = count * backgroundRows;
      for (let first = 0; first < total; first += most) {
        const last = Math.min(total, first + most);
        fill(masks, first, last);
        const out = await evaluate(mixed.subarray(0, (last - first) * features), last - first);
        for (let at = first, from = 0; at < last; at++) {
          const to = Math.floor(at / backgroundRows) * outputs;
          for (let k = 0; k < outputs; k++) sums[to + k]! += out[from++]!;
        }
        onBatch(last - first);
      }
      return sums.map((sum) => sum / backgroundRows);
    },
  };
}
