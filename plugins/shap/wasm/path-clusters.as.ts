import { decide } from './decide.as';
import { COLUMN, LONG, SHORT, SUM } from './path-steps.as';

/** The last decisions of some paths: an index finds what lies below and what each feature gets of it, a number for each point. */
export function runCluster(
  at: usize,
  codes: usize,
  shorts: usize,
  index: usize,
  products: usize,
  below: usize,
  sums: usize,
  points: i32,
  short: usize,
): void {
  const nodes = load<i32>(at, 8);
  const repeats = load<i32>(at, 12);
  const players = load<i32>(at, 16);
  const row = (<usize>points) << 3;
  const stride = row * <usize>(players + 1);
  const first = at + 24;
  const second = first + <usize>nodes * 12;
  const third = second + <usize>repeats * 8;
  let table = (third + ((<usize>players) << 2) + 7) & ~7;
  memory.fill(index, 0, short);
  decide(first, nodes, codes, COLUMN, index, short);
  for (let n = 0; n < repeats; n++) {
    const passes = shorts + <usize>load<i32>(second + ((<usize>n) << 3)) * SHORT;
    const bit = i16x8.splat(<i16>load<i32>(second + ((<usize>n) << 3), 4));
    for (let r: usize = 0; r < short; r += 16)
      v128.store(index + r, v128.or(v128.load(index + r), v128.and(v128.load(passes + r), bit)));
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
}

function pair(a: usize, b: usize): v128 {
  return v128.load64_lane(b, v128.load64_zero(a), 1);
}
