/**
 * Interaction values over the paths of deep trees: as paths.as.ts, but where a branch is left its feature shares what lies below with every feature
 * above it (pair-program.as.ts writes what is run here).
 */
import { collect, COLUMN, enter, LONG, multiply, multiplyAgain, SHORT, SUM } from './path-steps.as';

/** @param work for each level a mask as u16 and as u64, then products and sums at each point; what a branch shares, and with features that are failed */
export function runPairPaths(program: usize, codes: usize, work: usize, sums: usize, rows: i32): void {
  const levels = load<i32>(program);
  const points = load<i32>(program, 4);
  const fails = program + 8;
  const shorts = work;
  const longs = shorts + <usize>levels * SHORT;
  const products = longs + <usize>levels * LONG;
  const level = <usize>points * LONG;
  const below = products + <usize>levels * level;
  const share = below + <usize>levels * level;
  const failed = share + level;
  const short = (<usize>((rows + 7) & ~7)) << 1;
  const long = short << 2;
  for (let r: usize = 0; r < short; r += 16) v128.store(shorts + r, i16x8.splat(-1));
  for (let q: usize = 0; q < level; q += LONG)
    for (let r: usize = 0; r < long; r += 16) v128.store(products + q + r, f64x2.splat(1));
  let at = fails + ((<usize>points) << 3);
  for (;;) {
    const op = load<i32>(at);
    if (op == 0) return;
    const own = <usize>load<i32>(at, 4);
    const numbers = at + 24;
    if (op == 1) {
      const above = <usize>load<i32>(at, 20);
      const mask = longs + own * LONG;
      enter(
        codes + <usize>load<i32>(at, 8) * COLUMN,
        <i16>load<i32>(at, 12),
        <i16>load<i32>(at, 16),
        shorts + above * SHORT,
        shorts + own * SHORT,
        mask,
        short,
      );
      const from = products + (own - 1) * level;
      const to = products + own * level;
      if (above == 0) multiply(numbers, mask, from, to, points, long);
      else multiplyAgain(numbers, longs + above * LONG, mask, from, to, points, long);
      // Behind the factors: what the feature gains where it is passed.
      at = numbers + <usize>points * 32;
    } else if (op == 2) {
      const above = <usize>load<i32>(at, 8);
      const from = below + own * level;
      const partners = load<i32>(at, 16);
      if (partners > 0) {
        gained(numbers, longs + above * LONG, longs + own * LONG, from, share, points, long, above != 0);
        total(fails, share, failed, points, long);
      }
      collect(from, from - level, points, long, load<i32>(at, 12) != 0);
      at = numbers + <usize>points * 24;
      for (let n = 0; n < partners; n++) {
        const mask = longs + <usize>load<i32>(at) * LONG;
        give(<usize>load<i32>(at, 8), share, failed, mask, sums + <usize>load<i32>(at, 4) * SUM, points, long);
        at += 16;
      }
    } else {
      const value = f64x2.splat(load<f64>(at, 8));
      const from = products + own * level;
      const to = below + own * level;
      for (let q: usize = 0; q < level; q += LONG)
        for (let r: usize = 0; r < long; r += 16) v128.store(to + q + r, f64x2.mul(v128.load(from + q + r), value));
      at += 16;
    }
  }
}

/** All that lies below a branch, times what its feature gained there: at each point. */
function gained(
  gains: usize,
  above: usize,
  own: usize,
  from: usize,
  to: usize,
  points: i32,
  long: usize,
  again: bool,
): void {
  for (let q = 0; q < points; q++) {
    const failed = v128.load64_splat(gains, 8);
    const second = v128.xor(failed, v128.load64_splat(gains, 16));
    for (let r: usize = 0; r < long; r += 16) {
      let gain = v128.xor(failed, v128.and(second, v128.load(own + r)));
      // Who had failed before gains nothing more.
      if (again) gain = v128.and(gain, v128.load(above + r));
      v128.store(to + r, f64x2.mul(v128.load(from + r), gain));
    }
    gains += 24;
    from += LONG;
    to += LONG;
  }
}

/** What a branch shares with a feature whose decisions a row fails: the same for all features. */
function total(fails: usize, share: usize, failed: usize, points: i32, long: usize): void {
  for (let r: usize = 0; r < long; r += 16) {
    let sum = f64x2.splat(0);
    let from = share + r;
    for (let q = 0; q < points; q++) {
      sum = f64x2.add(sum, f64x2.mul(v128.load(from), v128.load64_splat(fails + ((<usize>q) << 3))));
      from += LONG;
    }
    v128.store(failed + r, sum);
  }
}

/** Adds to a pair what one of its features shares with the other, whose decisions a row passes or fails. */
function give(passes: usize, share: usize, failed: usize, mask: usize, sum: usize, points: i32, long: usize): void {
  for (let r: usize = 0; r < long; r += 32) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let from = share + r;
    for (let q = 0; q < points; q++) {
      const gain = v128.load64_splat(passes + ((<usize>q) << 3));
      a = f64x2.add(a, f64x2.mul(v128.load(from), gain));
      b = f64x2.add(b, f64x2.mul(v128.load(from, 16), gain));
      from += LONG;
    }
    a = v128.bitselect(a, v128.load(failed + r), v128.load(mask + r));
    b = v128.bitselect(b, v128.load(failed + r, 16), v128.load(mask + r, 16));
    v128.store(sum + r, f64x2.add(v128.load(sum + r), a));
    v128.store(sum + r, f64x2.add(v128.load(sum + r, 16), b), 16);
  }
}
