/**
 * Quadrature over the paths of deep trees, for up to 128 rows side by side (path-program.as.ts writes what is run here). Every level of the tree
 * holds, for each point and row, the product of the factors above it and the sum of what lies below. Each row's numbers are found by the same
 * operations wherever it stands in a block.
 */
import { runCluster } from './path-clusters.as';
import { collect, COLUMN, enter, LONG, multiply, multiplyAgain, share, SHORT, SUM } from './path-steps.as';

/** @param work for each level a mask as u16 and as u64, then products and sums at each point; level 0 is made here */
export function runPaths(program: usize, codes: usize, work: usize, sums: usize, rows: i32): void {
  const levels = load<i32>(program);
  const points = load<i32>(program, 4);
  const shorts = work;
  const longs = shorts + <usize>levels * SHORT;
  const products = longs + <usize>levels * LONG;
  const level = <usize>points * LONG;
  const below = products + <usize>levels * level;
  const index = below + <usize>levels * level;
  const short = (<usize>((rows + 7) & ~7)) << 1;
  const long = short << 2;
  for (let r: usize = 0; r < short; r += 16) v128.store(shorts + r, i16x8.splat(-1));
  for (let q: usize = 0; q < level; q += LONG)
    for (let r: usize = 0; r < long; r += 16) v128.store(products + q + r, f64x2.splat(1));
  let at = program + 8;
  for (;;) {
    const op = load<i32>(at);
    if (op == 0) return;
    const own = <usize>load<i32>(at, 4);
    const numbers = at + 24;
    if (op == 1) {
      const above = <usize>load<i32>(at, 20);
      enter(
        codes + <usize>load<i32>(at, 8) * COLUMN,
        <i16>load<i32>(at, 12),
        <i16>load<i32>(at, 16),
        shorts + above * SHORT,
        shorts + own * SHORT,
        longs + own * LONG,
        short,
      );
      const from = products + (own - 1) * level;
      const to = products + own * level;
      if (above == 0) multiply(numbers, longs + own * LONG, from, to, points, long);
      else multiplyAgain(numbers, longs + above * LONG, longs + own * LONG, from, to, points, long);
      at = numbers + <usize>points * 24;
    } else if (op == 2) {
      const above = <usize>load<i32>(at, 8);
      const sum = sums + <usize>load<i32>(at, 16) * SUM;
      const from = below + own * level;
      share(numbers, longs + above * LONG, longs + own * LONG, from, sum, points, long, above != 0);
      collect(from, from - level, points, long, load<i32>(at, 12) != 0);
      at = numbers + <usize>points * 24;
    } else {
      runCluster(at, codes, shorts, index, products + own * level, below + own * level, sums, points, short);
      at += <usize>load<i32>(at, 20);
    }
  }
}
