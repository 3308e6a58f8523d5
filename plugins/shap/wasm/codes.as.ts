/**
 * Codes of one column: how many of its cuts lie below each value. A missing value (NaN) gets 0, or `last` where that isn't negative. Nothing branches on a
 * value, so that several are looked for at once.
 *
 * @param x (rows) of f64, `stride` bytes apart
 * @param cuts (count) of f64, ascending
 */
export function encode(x: usize, stride: usize, rows: i32, cuts: usize, count: i32, last: i32, codes: usize): void {
  const missing = last < 0 ? 0 : last;
  for (let r = 0; r < rows; r++) {
    const value = load<f64>(x);
    x += stride;
    let low: usize = cuts;
    let n = count;
    while (n > 1) {
      const half = n >> 1;
      const step = (<usize>half) << 3;
      low += step & (0 - <usize>(load<f64>(low + step - 8) < value));
      n -= half;
    }
    let code = <i32>((low - cuts) >> 3);
    if (count > 0) code += i32(load<f64>(low) < value);
    const known = 0 - i32(value == value);
    store<u16>(codes + ((<usize>r) << 1), <u16>((code & known) | (missing & ~known)));
  }
}

/** Adds columns of sums to rows. @param column bytes from one column to the next @param to (rows × columns) of f64 */
export function turn(sums: usize, column: usize, columns: i32, rows: i32, to: usize): void {
  const width = (<usize>columns) << 3;
  for (let c = 0; c < columns; c++) {
    let cell = to + ((<usize>c) << 3);
    for (let r: usize = 0; r < (<usize>rows) << 3; r += 8) {
      store<f64>(cell, load<f64>(cell) + load<f64>(sums + r));
      cell += width;
    }
    sums += column;
  }
}
