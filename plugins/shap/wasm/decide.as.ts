/**
 * Adds a bit to each row's index for each decision that its code stays within: three at a time, so that the index is written once for them.
 *
 * @param at of each decision the column, the last code and the bit (i32)
 */
export function decide(at: usize, count: i32, codes: usize, column: usize, index: usize, bytes: usize): void {
  for (; count >= 3; count -= 3) {
    const a = codes + <usize>load<i32>(at) * column;
    const b = codes + <usize>load<i32>(at, 12) * column;
    const c = codes + <usize>load<i32>(at, 24) * column;
    const cutA = i16x8.splat(<i16>load<i32>(at, 4));
    const cutB = i16x8.splat(<i16>load<i32>(at, 16));
    const cutC = i16x8.splat(<i16>load<i32>(at, 28));
    const bitA = i16x8.splat(<i16>load<i32>(at, 8));
    const bitB = i16x8.splat(<i16>load<i32>(at, 20));
    const bitC = i16x8.splat(<i16>load<i32>(at, 32));
    for (let r: usize = 0; r < bytes; r += 16) {
      const one = v128.and(i16x8.le_u(v128.load(a + r), cutA), bitA);
      const two = v128.and(i16x8.le_u(v128.load(b + r), cutB), bitB);
      const three = v128.and(i16x8.le_u(v128.load(c + r), cutC), bitC);
      v128.store(index + r, v128.or(v128.or(v128.load(index + r), one), v128.or(two, three)));
    }
    at += 36;
  }
  for (; count > 0; count--) {
    const a = codes + <usize>load<i32>(at) * column;
    const cut = i16x8.splat(<i16>load<i32>(at, 4));
    const bit = i16x8.splat(<i16>load<i32>(at, 8));
    for (let r: usize = 0; r < bytes; r += 16)
      v128.store(index + r, v128.or(v128.load(index + r), v128.and(i16x8.le_u(v128.load(a + r), cut), bit)));
    at += 12;
  }
}
