import type { Tree } from '#common/onnx/trees.ts';

/** The scores to which some leaf of a tree adds. */
export function scoresIn({ value }: Tree, scores: number): readonly number[] {
  const adds = new Uint8Array(scores);
  for (let at = 0; at < value.length; at++) if (value[at] !== 0) adds[at % scores] = 1;
  return [...adds.keys()].filter((score) => adds[score] === 1);
}
