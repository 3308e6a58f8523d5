/**
 * Cluster tables over one block of rows (lib/tables/program.ts writes what is run here). AssemblyScript: Wasm SIMD has the same bits on every
 * machine. Column-wise: a block is ROWS rows; codes, masks and indices are u16, sums f64.
 */

const ROWS: usize = 256;
const BYTES: usize = ROWS << 1;

/**
 * Codes of one column: how many of its cuts lie below each value. A missing value (NaN) gets 0, or `last` where that isn't negative.
 *
 * @param x (rows) of f64, `stride` bytes apart
 * @param cuts (count) of f64, ascending
 */
export function encode(x: usize, stride: usize, rows: i32, cuts: usize, count: i32, last: i32, codes: usize): void {
  for (let r = 0; r < rows; r++) {
    const value = load<f64>(x);
    x += stride;
    let low: usize = cuts;
    let n = count;
    while (n > 1) {
      const half = n >> 1;
      const step = (<usize>half) << 3;
      low = load<f64>(low + step - 8) < value ? low + step : low;
      n -= half;
    }
    let code = <i32>((low - cuts) >> 3);
    if (n > 0) code += i32(load<f64>(low) < value);
    if (value != value) code = last < 0 ? 0 : last;
    store<u16>(codes + ((<usize>r) << 1), <u16>code);
  }
}

/** Runs a program over the block: adds to `sums` what each row gets. Rows past the last hold codes too; nobody reads their sums. */
export function run(program: usize, codes: usize, masks: usize, index: usize, sums: usize, rows: i32): void {
  const bytes = (<usize>((rows + 7) & ~7)) << 1;
  let at = program;
  const ones = i16x8.splat(-1);
  for (;;) {
    const op = load<i32>(at);
    if (op == 0) return;
    if (op == 1) {
      // A new tree: every row passes everything so far.
      for (let r: usize = 0; r < bytes; r += 16) v128.store(masks + r, ones);
      at += 4;
    } else if (op == 2) {
      // One branch of a node above the clusters: clears the feature's bit in rows that don't take it.
      const column = codes + <usize>load<i32>(at, 4) * BYTES;
      const cut = i16x8.splat(<i16>load<i32>(at, 8));
      const kept = i16x8.splat(<i16>load<i32>(at, 12));
      const from = masks + <usize>load<i32>(at, 16) * BYTES;
      const to = masks + <usize>load<i32>(at, 20) * BYTES;
      const other = i16x8.splat(<i16>load<i32>(at, 24));
      for (let r: usize = 0; r < bytes; r += 16) {
        const taken = v128.xor(i16x8.le_u(v128.load(column + r), cut), other);
        v128.store(to + r, v128.and(v128.load(from + r), v128.or(taken, kept)));
      }
      at += 28;
    } else {
      // A cluster: path bits and decisions make an index; each entry is a table of what a feature gets.
      const from = masks + <usize>load<i32>(at, 4) * BYTES;
      const path = i16x8.splat(<i16>load<i32>(at, 8));
      const nodes = load<i32>(at, 12);
      const entries = load<i32>(at, 16);
      const size = <usize>load<i32>(at, 20);
      let table = <usize>load<i32>(at, 24);
      const first = at + 28;
      for (let r: usize = 0; r < bytes; r += 16) {
        let bits = v128.and(v128.load(from + r), path);
        let node = first;
        for (let n = 0; n < nodes; n++) {
          const column = codes + <usize>load<i32>(node) * BYTES;
          const yes = i16x8.le_u(v128.load(column + r), i16x8.splat(<i16>load<i32>(node, 4)));
          bits = v128.or(bits, v128.and(yes, i16x8.splat(<i16>load<i32>(node, 8))));
          node += 12;
        }
        v128.store(index + r, i16x8.shl(bits, 3));
      }
      at = first + <usize>nodes * 12;
      if (entries == 0) {
        // For background rows: how often each index comes up.
        for (let r: usize = 0; r < (<usize>rows) << 1; r += 2) {
          const place = table + <usize>load<u16>(index + r);
          store<f64>(place, load<f64>(place) + 1);
        }
        continue;
      }
      let e = 0;
      for (; e + 1 < entries; e += 2) {
        add2(table, table + size, index, sums + <usize>load<i32>(at), sums + <usize>load<i32>(at, 4), bytes);
        table += size << 1;
        at += 8;
      }
      if (e < entries) {
        add(table, index, sums + <usize>load<i32>(at), bytes);
        at += 4;
      }
    }
  }
}

function add(table: usize, index: usize, sum: usize, bytes: usize): void {
  for (let r: usize = 0; r < bytes; r += 4) {
    const a = table + <usize>load<u16>(index + r);
    const b = table + <usize>load<u16>(index + r, 2);
    const s = sum + (r << 2);
    v128.store(s, f64x2.add(v128.load(s), v128.load64_lane(b, v128.load64_zero(a), 1)));
  }
}

function add2(table: usize, other: usize, index: usize, sum: usize, otherSum: usize, bytes: usize): void {
  for (let r: usize = 0; r < bytes; r += 4) {
    const a = <usize>load<u16>(index + r);
    const b = <usize>load<u16>(index + r, 2);
    const s = sum + (r << 2);
    v128.store(s, f64x2.add(v128.load(s), v128.load64_lane(table + b, v128.load64_zero(table + a), 1)));
    const o = otherSum + (r << 2);
    v128.store(o, f64x2.add(v128.load(o), v128.load64_lane(other + b, v128.load64_zero(other + a), 1)));
  }
}
