/**
 * Adds what an index finds to sums: up to eight entries of a row at once, for two rows at a time. A row of a table is one line of the cache.
 *
 * @param at where each entry's sums lie (i32)
 */
export function add8(table: usize, index: usize, sums: usize, at: usize, bytes: usize): void {
  const s0 = sums + <usize>load<i32>(at);
  const s1 = sums + <usize>load<i32>(at, 4);
  const s2 = sums + <usize>load<i32>(at, 8);
  const s3 = sums + <usize>load<i32>(at, 12);
  const s4 = sums + <usize>load<i32>(at, 16);
  const s5 = sums + <usize>load<i32>(at, 20);
  const s6 = sums + <usize>load<i32>(at, 24);
  const s7 = sums + <usize>load<i32>(at, 28);
  for (let r: usize = 0; r < bytes; r += 4) {
    const a = table + ((<usize>load<u16>(index + r)) << 6);
    const b = table + ((<usize>load<u16>(index + r, 2)) << 6);
    const to = r << 2;
    two(v128.load(a), v128.load(b), s0 + to, s1 + to);
    two(v128.load(a, 16), v128.load(b, 16), s2 + to, s3 + to);
    two(v128.load(a, 32), v128.load(b, 32), s4 + to, s5 + to);
    two(v128.load(a, 48), v128.load(b, 48), s6 + to, s7 + to);
  }
}

export function add7(table: usize, index: usize, sums: usize, at: usize, bytes: usize): void {
  const s0 = sums + <usize>load<i32>(at);
  const s1 = sums + <usize>load<i32>(at, 4);
  const s2 = sums + <usize>load<i32>(at, 8);
  const s3 = sums + <usize>load<i32>(at, 12);
  const s4 = sums + <usize>load<i32>(at, 16);
  const s5 = sums + <usize>load<i32>(at, 20);
  const s6 = sums + <usize>load<i32>(at, 24);
  for (let r: usize = 0; r < bytes; r += 4) {
    const a = table + ((<usize>load<u16>(index + r)) << 6);
    const b = table + ((<usize>load<u16>(index + r, 2)) << 6);
    const to = r << 2;
    two(v128.load(a), v128.load(b), s0 + to, s1 + to);
    two(v128.load(a, 16), v128.load(b, 16), s2 + to, s3 + to);
    two(v128.load(a, 32), v128.load(b, 32), s4 + to, s5 + to);
    one(v128.load(a, 48), v128.load(b, 48), s6 + to);
  }
}

export function add6(table: usize, index: usize, sums: usize, at: usize, bytes: usize): void {
  const s0 = sums + <usize>load<i32>(at);
  const s1 = sums + <usize>load<i32>(at, 4);
  const s2 = sums + <usize>load<i32>(at, 8);
  const s3 = sums + <usize>load<i32>(at, 12);
  const s4 = sums + <usize>load<i32>(at, 16);
  const s5 = sums + <usize>load<i32>(at, 20);
  for (let r: usize = 0; r < bytes; r += 4) {
    const a = table + ((<usize>load<u16>(index + r)) << 6);
    const b = table + ((<usize>load<u16>(index + r, 2)) << 6);
    const to = r << 2;
    two(v128.load(a), v128.load(b), s0 + to, s1 + to);
    two(v128.load(a, 16), v128.load(b, 16), s2 + to, s3 + to);
    two(v128.load(a, 32), v128.load(b, 32), s4 + to, s5 + to);
  }
}

export function add5(table: usize, index: usize, sums: usize, at: usize, bytes: usize): void {
  const s0 = sums + <usize>load<i32>(at);
  const s1 = sums + <usize>load<i32>(at, 4);
  const s2 = sums + <usize>load<i32>(at, 8);
  const s3 = sums + <usize>load<i32>(at, 12);
  const s4 = sums + <usize>load<i32>(at, 16);
  for (let r: usize = 0; r < bytes; r += 4) {
    const a = table + ((<usize>load<u16>(index + r)) << 6);
    const b = table + ((<usize>load<u16>(index + r, 2)) << 6);
    const to = r << 2;
    two(v128.load(a), v128.load(b), s0 + to, s1 + to);
    two(v128.load(a, 16), v128.load(b, 16), s2 + to, s3 + to);
    one(v128.load(a, 32), v128.load(b, 32), s4 + to);
  }
}

export function add4(table: usize, index: usize, sums: usize, at: usize, bytes: usize): void {
  const s0 = sums + <usize>load<i32>(at);
  const s1 = sums + <usize>load<i32>(at, 4);
  const s2 = sums + <usize>load<i32>(at, 8);
  const s3 = sums + <usize>load<i32>(at, 12);
  for (let r: usize = 0; r < bytes; r += 4) {
    const a = table + ((<usize>load<u16>(index + r)) << 6);
    const b = table + ((<usize>load<u16>(index + r, 2)) << 6);
    const to = r << 2;
    two(v128.load(a), v128.load(b), s0 + to, s1 + to);
    two(v128.load(a, 16), v128.load(b, 16), s2 + to, s3 + to);
  }
}

export function add3(table: usize, index: usize, sums: usize, at: usize, bytes: usize): void {
  const s0 = sums + <usize>load<i32>(at);
  const s1 = sums + <usize>load<i32>(at, 4);
  const s2 = sums + <usize>load<i32>(at, 8);
  for (let r: usize = 0; r < bytes; r += 4) {
    const a = table + ((<usize>load<u16>(index + r)) << 6);
    const b = table + ((<usize>load<u16>(index + r, 2)) << 6);
    const to = r << 2;
    two(v128.load(a), v128.load(b), s0 + to, s1 + to);
    one(v128.load(a, 16), v128.load(b, 16), s2 + to);
  }
}

export function add2(table: usize, index: usize, sums: usize, at: usize, bytes: usize): void {
  const s0 = sums + <usize>load<i32>(at);
  const s1 = sums + <usize>load<i32>(at, 4);
  for (let r: usize = 0; r < bytes; r += 4) {
    const a = table + ((<usize>load<u16>(index + r)) << 6);
    const b = table + ((<usize>load<u16>(index + r, 2)) << 6);
    const to = r << 2;
    two(v128.load(a), v128.load(b), s0 + to, s1 + to);
  }
}

export function add1(table: usize, index: usize, sums: usize, at: usize, bytes: usize): void {
  const s0 = sums + <usize>load<i32>(at);
  for (let r: usize = 0; r < bytes; r += 4) {
    const a = table + ((<usize>load<u16>(index + r)) << 6);
    const b = table + ((<usize>load<u16>(index + r, 2)) << 6);
    const to = r << 2;
    one(v128.load(a), v128.load(b), s0 + to);
  }
}

/** Two entries of two rows. */
function two(a: v128, b: v128, s: usize, o: usize): void {
  v128.store(s, f64x2.add(v128.load(s), i64x2.shuffle(a, b, 0, 2)));
  v128.store(o, f64x2.add(v128.load(o), i64x2.shuffle(a, b, 1, 3)));
}

function one(a: v128, b: v128, s: usize): void {
  v128.store(s, f64x2.add(v128.load(s), i64x2.shuffle(a, b, 0, 2)));
}
