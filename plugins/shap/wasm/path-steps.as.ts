/** Steps over the rows of a block that programs over paths are made of (paths.as.ts, pair-paths.as.ts): columns of codes, masks, and numbers at each point. */

/** Rows of a block of codes and sums, as in tables.as.ts. */
const BLOCK: usize = 256;
/** Rows that are taken at once: a level's products stay in the first-level cache. */
const ROWS: usize = 128;

export const COLUMN: usize = BLOCK << 1;
/** Columns of sums are a cache line more apart, or the same row of all would lie in a few sets of the cache. */
export const SUM: usize = (BLOCK << 3) + 64;
export const SHORT: usize = ROWS << 1;
export const LONG: usize = ROWS << 3;

/** A branch: rows that took those above on the same feature, and take this one. */
export function enter(column: usize, cut: i16, other: i16, above: usize, own: usize, wide: usize, short: usize): void {
  const cuts = i16x8.splat(cut);
  const others = i16x8.splat(other);
  for (let r: usize = 0; r < short; r += 16) {
    const taken = v128.xor(i16x8.le_u(v128.load(column + r), cuts), others);
    const mask = v128.and(v128.load(above + r), taken);
    v128.store(own + r, mask);
    const low = i32x4.extend_low_i16x8_s(mask);
    const high = i32x4.extend_high_i16x8_s(mask);
    const to = wide + (r << 2);
    v128.store(to, i64x2.extend_low_i32x4_s(low));
    v128.store(to, i64x2.extend_high_i32x4_s(low), 16);
    v128.store(to, i64x2.extend_low_i32x4_s(high), 32);
    v128.store(to, i64x2.extend_high_i32x4_s(high), 48);
  }
}

/** A feature's first decision: the factor depends on whether a row takes the branch. */
export function multiply(factors: usize, own: usize, from: usize, to: usize, points: i32, long: usize): void {
  for (let q = 0; q < points; q++) {
    const failed = v128.load64_splat(factors, 8);
    const change = v128.xor(failed, v128.load64_splat(factors, 16));
    for (let r: usize = 0; r < long; r += 16) {
      const factor = v128.xor(failed, v128.and(change, v128.load(own + r)));
      v128.store(to + r, f64x2.mul(v128.load(from + r), factor));
    }
    factors += 24;
    from += LONG;
    to += LONG;
  }
}

/** A feature that was decided above: the factor also depends on whether a row passed there. */
export function multiplyAgain(
  factors: usize,
  above: usize,
  own: usize,
  from: usize,
  to: usize,
  points: i32,
  long: usize,
): void {
  for (let q = 0; q < points; q++) {
    const out = v128.load64_splat(factors);
    const failed = v128.load64_splat(factors, 8);
    const first = v128.xor(out, failed);
    const second = v128.xor(failed, v128.load64_splat(factors, 16));
    for (let r: usize = 0; r < long; r += 16) {
      const factor = v128.xor(
        v128.xor(out, v128.and(first, v128.load(above + r))),
        v128.and(second, v128.load(own + r)),
      );
      v128.store(to + r, f64x2.mul(v128.load(from + r), factor));
    }
    factors += 24;
    from += LONG;
    to += LONG;
  }
}

/** What a branch's feature gets of all that lies below. */
export function share(
  gains: usize,
  above: usize,
  own: usize,
  from: usize,
  sum: usize,
  points: i32,
  long: usize,
  again: bool,
): void {
  for (let q = 0; q < points; q++) {
    const out = v128.load64_splat(gains);
    const failed = v128.load64_splat(gains, 8);
    const second = v128.xor(failed, v128.load64_splat(gains, 16));
    if (again) {
      const first = v128.xor(out, failed);
      for (let r: usize = 0; r < long; r += 16) {
        const gain = v128.xor(
          v128.xor(out, v128.and(first, v128.load(above + r))),
          v128.and(second, v128.load(own + r)),
        );
        v128.store(sum + r, f64x2.add(v128.load(sum + r), f64x2.mul(v128.load(from + r), gain)));
      }
    } else
      for (let r: usize = 0; r < long; r += 16) {
        const gain = v128.xor(failed, v128.and(second, v128.load(own + r)));
        v128.store(sum + r, f64x2.add(v128.load(sum + r), f64x2.mul(v128.load(from + r), gain)));
      }
    gains += 24;
    from += LONG;
  }
}

/** Hands the sums below one level up: the first branch of a node sets them, the second adds. */
export function collect(from: usize, to: usize, points: i32, long: usize, first: bool): void {
  for (let q = 0; q < points; q++) {
    if (first) memory.copy(to, from, long);
    else
      for (let r: usize = 0; r < long; r += 16) v128.store(to + r, f64x2.add(v128.load(to + r), v128.load(from + r)));
    from += LONG;
    to += LONG;
  }
}
