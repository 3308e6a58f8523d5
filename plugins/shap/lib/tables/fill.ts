import type { Kernel } from './kernel.ts';
import { MOST_BYTES, type Planned } from './plan.ts';
import type { Writer } from './writer.ts';

/** Bytes of tables that are used again and again before the next: about what the second-level cache holds. */
const CACHED = 2 ** 19;

export interface Background {
  readonly x: Float64Array;
  readonly rows: number;
}

/** How much the programs take of trees from `from` on, of as many as are held at once. */
export function takeSizes(
  writer: Writer,
  trees: readonly Planned[],
  from: number,
  choose: (planned: Planned) => void,
): readonly number[] {
  const sizes: number[] = [];
  let room = MOST_BYTES;
  for (const planned of trees.slice(from)) {
    choose(planned);
    const bytes = writer.measure();
    if (bytes > room && sizes.length > 0) break;
    sizes.push(bytes);
    room -= bytes;
  }
  return sizes;
}

/** @returns where programs begin, each of as many trees as the cache holds tables of */
export function writeTables(
  writer: Writer,
  group: readonly Planned[],
  sizes: readonly number[],
  counts: readonly number[] | null,
  choose: (planned: Planned) => void,
): readonly number[] {
  const starts: number[] = [];
  let begin = 0;
  group.forEach((planned, i) => {
    choose(planned);
    const fresh = i === 0 || writer.used - begin + sizes[i]! > CACHED;
    if (fresh && i > 0) writer.end();
    if (fresh) begin = writer.used;
    const at = writer.tables(sizes[i]!, counts?.[i] ?? 0);
    if (fresh) starts.push(at);
  });
  writer.end();
  return starts;
}

/** How many background rows come to each index of each cluster. @returns where each tree's counts are */
export function countPatterns(
  kernel: Kernel,
  group: readonly Planned[],
  choose: (planned: Planned) => void,
  { x, rows }: Background,
): readonly number[] {
  const { writer } = kernel;
  const counts = group.map((planned) => {
    choose(planned);
    return writer.counts();
  });
  writer.end();
  for (let start = 0; start < rows; start += kernel.chunk) {
    kernel.load(x, start, rows);
    kernel.run(counts.slice(0, 1));
  }
  return counts;
}
