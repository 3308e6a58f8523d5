/**
 * Cluster tables over one block of rows (clusters.as.ts writes what is run here). AssemblyScript: Wasm SIMD has the same bits on every
 * machine. Column-wise: a block is ROWS rows; codes, masks and indices are u16, sums f64.
 */
import { decide } from './decide.as';
import { add1, add2, add3, add4, add5, add6, add7, add8 } from './table-sums.as';

const ROWS: usize = 256;
const BYTES: usize = ROWS << 1;

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
      at += 8;
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
      at += 32;
    } else {
      runCluster(at, codes, masks, index, sums, bytes, rows);
      at += <usize>load<i32>(at, 24);
    }
  }
}

/** Path bits and decisions make an index; rows of tables are what features get. */
function runCluster(at: usize, codes: usize, masks: usize, index: usize, sums: usize, bytes: usize, rows: i32): void {
  const from = masks + <usize>load<i32>(at, 4) * BYTES;
  const path = i16x8.splat(<i16>load<i32>(at, 8));
  const nodes = load<i32>(at, 12);
  const size = <usize>load<i32>(at, 20);
  let panels = load<i32>(at, 16);
  let panel = at + 32 + <usize>nodes * 12;
  let table = (panel + <usize>max(panels, 0) * 36 + 63) & ~63;
  if (panels == 0) return;
  for (let r: usize = 0; r < bytes; r += 16) v128.store(index + r, v128.and(v128.load(from + r), path));
  decide(at + 32, nodes, codes, BYTES, index, bytes);
  if (panels < 0) {
    // For background rows: how often each index comes up.
    for (let r: usize = 0; r < (<usize>rows) << 1; r += 2) {
      const place = table + ((<usize>load<u16>(index + r)) << 3);
      store<f64>(place, load<f64>(place) + 1);
    }
    return;
  }
  for (; panels > 0; panels--) {
    const entries = load<i32>(panel);
    if (entries == 8) add8(table, index, sums, panel + 4, bytes);
    else if (entries == 7) add7(table, index, sums, panel + 4, bytes);
    else if (entries == 6) add6(table, index, sums, panel + 4, bytes);
    else if (entries == 5) add5(table, index, sums, panel + 4, bytes);
    else if (entries == 4) add4(table, index, sums, panel + 4, bytes);
    else if (entries == 3) add3(table, index, sums, panel + 4, bytes);
    else if (entries == 2) add2(table, index, sums, panel + 4, bytes);
    else add1(table, index, sums, panel + 4, bytes);
    panel += 36;
    table += size << 6;
  }
}
