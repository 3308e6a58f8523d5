export type Step = (value: number) => number;

/** One column that a model takes: a column of the graph's inputs, sent through steps that look at nothing else. */
export interface Column {
  readonly from: number;
  readonly steps: readonly Step[];
}

/** A tensor (rows × width) made from the graph's inputs column by column. */
export interface Source {
  /** null where the file leaves it open. */
  readonly width: number | null;
  readonly type: string;
  /** Axes that the tensor has: of 3, the middle one is `depth` long, and columns vary fastest along the last. */
  readonly rank: number;
  readonly depth: number;
  column(j: number): Column;
}

/** The same columns, each with one more step. */
export const through = (input: Omit<Source, 'type'>, type: string, step: (j: number) => Step): Source => ({
  ...input,
  type,
  column: (j) => {
    const { from, steps } = input.column(j);
    return { from, steps: [...steps, step(j)] };
  },
});
