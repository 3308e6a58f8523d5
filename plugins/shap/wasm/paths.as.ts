/**
 * Quadrature over the paths of deep trees, for up to ROWS rows side by side (lib/paths/program.ts writes what is run here). Every level of the tree
 * holds, for each point and row, the product of the factors above it and the sum of what lies below. Each row's numbers are found by the same
 * operations wherever it stands in a block.
 */

/** Rows of a block of codes and sums, as in tables.as.ts. */
const BLOCK: usize = 256;
/** Rows that are taken at once: a level's products stay in the first-level cache. */
const ROWS: usize = 128;

const COLUMN: usize = BLOCK << 1;
const SUM: usize = BLOCK << 3;
const SHORT: usize = ROWS << 1;
const LONG: usize = ROWS << 3;

/**
 * @param work for each level a mask as u16 and as u64, then `points` products and sums; level 0 is made here
 * @param levels that the program uses, with level 0
 */
export function runPaths(
  program: usize,
  codes: usize,
  work: usize,
  sums: usize,
  levels: i32,
  points: i32,
  rows: i32,
): void {
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
  let at = program;
  for (;;) {
    const op = load<i32>(at);
    if (op == 0) return;
    const own = <usize>load<i32>(at, 4);
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
      const factors = <usize>load<i32>(at, 24);
      const from = products + (own - 1) * level;
      const to = products + own * level;
      if (above == 0) multiply(factors, longs + own * LONG, from, to, points, long);
      else multiplyAgain(factors, longs + above * LONG, longs + own * LONG, from, to, points, long);
      at += 28;
    } else if (op == 2) {
      const above = <usize>load<i32>(at, 8);
      const sum = sums + <usize>load<i32>(at, 16) * SUM;
      const gains = <usize>load<i32>(at, 20);
      const from = below + own * level;
      share(gains, longs + above * LONG, longs + own * LONG, from, sum, points, long, above != 0);
      collect(from, from - level, points, long, load<i32>(at, 12) != 0);
      at += 24;
    } else {
      at = cluster(at, codes, shorts, index, products + own * level, below + own * level, sums, points, short);
    }
  }
}

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
function share(
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

/** The last decisions of some paths: an index finds what lies below and what each feature gets of it, a number for each point. */
function cluster(
  at: usize,
  codes: usize,
  shorts: usize,
  index: usize,
  products: usize,
  below: usize,
  sums: usize,
  points: i32,
  short: usize,
): usize {
  const nodes = load<i32>(at, 8);
  const repeats = load<i32>(at, 12);
  const players = load<i32>(at, 16);
  let table = <usize>load<i32>(at, 20);
  const row = (<usize>points) << 3;
  const stride = row * <usize>(players + 1);
  const first = at + 24;
  const second = first + <usize>nodes * 12;
  const third = second + <usize>repeats * 8;
  for (let r: usize = 0; r < short; r += 16) {
    let bits = i16x8.splat(0);
    let word = first;
    for (let n = 0; n < nodes; n++) {
      const yes = i16x8.le_u(
        v128.load(codes + <usize>load<i32>(word) * COLUMN + r),
        i16x8.splat(<i16>load<i32>(word, 4)),
      );
      bits = v128.or(bits, v128.and(yes, i16x8.splat(<i16>load<i32>(word, 8))));
      word += 12;
    }
    for (let n = 0; n < repeats; n++) {
      const passed = v128.load(shorts + <usize>load<i32>(word) * SHORT + r);
      bits = v128.or(bits, v128.and(passed, i16x8.splat(<i16>load<i32>(word, 4))));
      word += 8;
    }
    v128.store(index + r, bits);
  }
  for (let r: usize = 0; r < short; r += 4) {
    let a = table + <usize>load<u16>(index + r) * stride;
    let b = table + <usize>load<u16>(index + r, 2) * stride;
    let p = products + (r << 2);
    let to = below + (r << 2);
    for (let q = 0; q < points; q++) {
      v128.store(to, f64x2.mul(v128.load(p), pair(a, b)));
      a += 8;
      b += 8;
      p += LONG;
      to += LONG;
    }
  }
  let player = 0;
  for (; player + 3 <= players; player += 3) {
    table += row;
    const s0 = sums + <usize>load<i32>(third + ((<usize>player) << 2)) * SUM;
    const s1 = sums + <usize>load<i32>(third + ((<usize>player) << 2), 4) * SUM;
    const s2 = sums + <usize>load<i32>(third + ((<usize>player) << 2), 8) * SUM;
    for (let r: usize = 0; r < short; r += 4) {
      let a = table + <usize>load<u16>(index + r) * stride;
      let b = table + <usize>load<u16>(index + r, 2) * stride;
      let p = products + (r << 2);
      const to = r << 2;
      let g0 = v128.load(s0 + to);
      let g1 = v128.load(s1 + to);
      let g2 = v128.load(s2 + to);
      for (let q = 0; q < points; q++) {
        const product = v128.load(p);
        g0 = f64x2.add(g0, f64x2.mul(product, pair(a, b)));
        g1 = f64x2.add(g1, f64x2.mul(product, pair(a + row, b + row)));
        g2 = f64x2.add(g2, f64x2.mul(product, pair(a + row + row, b + row + row)));
        a += 8;
        b += 8;
        p += LONG;
      }
      v128.store(s0 + to, g0);
      v128.store(s1 + to, g1);
      v128.store(s2 + to, g2);
    }
    table += row << 1;
  }
  for (; player < players; player++) {
    table += row;
    const s0 = sums + <usize>load<i32>(third + ((<usize>player) << 2)) * SUM;
    for (let r: usize = 0; r < short; r += 4) {
      let a = table + <usize>load<u16>(index + r) * stride;
      let b = table + <usize>load<u16>(index + r, 2) * stride;
      let p = products + (r << 2);
      const to = r << 2;
      let g0 = v128.load(s0 + to);
      for (let q = 0; q < points; q++) {
        g0 = f64x2.add(g0, f64x2.mul(v128.load(p), pair(a, b)));
        a += 8;
        b += 8;
        p += LONG;
      }
      v128.store(s0 + to, g0);
    }
  }
  return third + ((<usize>players) << 2);
}

function pair(a: usize, b: usize): v128 {
  return v128.load64_lane(b, v128.load64_zero(a), 1);
}
