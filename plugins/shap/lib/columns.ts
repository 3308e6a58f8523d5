import { AssayError } from '#common/errors.ts';
import type { Known } from '#common/onnx/known.ts';
import { affine } from '#common/onnx/link.ts';
import type { Space } from './choose.ts';

/** One explained number: sign × score + shift. */
export interface ScoreColumn {
  readonly name: string;
  readonly score: number;
  readonly sign: number;
  readonly shift: number;
}

/**
 * The numbers that an explanation of scores is about: in space `output` the model's outputs, when its link is affine; in `margin` its scores. Two
 * classes that share one score have one margin, that of the second class; output 0 is then its negative.
 *
 * @param wanted one output by number; all when undefined
 * @throws INPUT_INVALID when there is no such output
 */
export function scoreColumns(
  known: Known,
  space: Space,
  names: readonly string[],
  wanted: number | undefined,
): readonly ScoreColumn[] {
  const outputs = space === 'output' ? affine(known.link) : null;
  if (outputs !== null)
    return pick(
      outputs.map((column, i) => ({ ...column, name: names[i]! })),
      wanted,
    );
  const { scores } = known.link;
  if (known.link.name.endsWith('-pair')) {
    const second = { name: names[1]!, score: 0, sign: 1, shift: 0 };
    return wanted === undefined ? [second] : pick([{ ...second, name: names[0]!, sign: -1 }, second], wanted);
  }
  return pick(
    Array.from({ length: scores }, (_, score) => ({ name: names[score]!, score, sign: 1, shift: 0 })),
    wanted,
  );
}

/** One of several by number, or all. @throws INPUT_INVALID */
export function pick<T>(all: readonly T[], wanted: number | undefined): readonly T[] {
  if (wanted === undefined) return all;
  const one = all[wanted];
  if (one === undefined)
    throw new AssayError(
      'INPUT_INVALID',
      `There is no output ${wanted}; the model has ${all.length}, counted from 0.`,
      { where: '/output' },
    );
  return [one];
}

/** Rewrites (…, scores) as (…, columns); `shifted` adds the shift, as base and outputs need and differences don't. */
export function project(
  of: Float64Array,
  scores: number,
  columns: readonly ScoreColumn[],
  shifted: boolean,
): Float64Array {
  if (
    columns.length === scores &&
    columns.every(({ score, sign, shift }, c) => score === c && sign === 1 && shift === 0)
  )
    return of;
  const rows = of.length / scores;
  const out = new Float64Array(rows * columns.length);
  for (let row = 0; row < rows; row++)
    columns.forEach(({ score, sign, shift }, c) => {
      out[row * columns.length + c] = sign * of[row * scores + score]! + (shifted ? shift : 0);
    });
  return out;
}
