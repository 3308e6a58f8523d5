/**
 * Spreads dots to both sides of their line so that the crowd has the shape of its density: where more lie together, the crowd is wider. The same
 * picture for the same values.
 *
 * @param at position of each dot along the line, in pixels
 * @param radius of a dot, in pixels
 * @param room most that a dot may leave the line, in pixels
 * @returns distance of each dot from the line, in pixels
 */
export function swarm(at: readonly number[], radius: number, room: number): Float64Array {
  const order = [...at.keys()].sort((a, b) => at[a]! - at[b]! || a - b);
  const near = neighbours(
    order.map((dot) => at[dot]!),
    3 * radius,
  );
  // As wide as it takes to lay them side by side; where that is more than there is, in proportion to the root of the density.
  const needed = near.map((count) => (count - 1) * radius * 0.32);
  const most = needed.reduce((a, b) => Math.max(a, b), 0);
  const offset = new Float64Array(at.length);
  order.forEach((dot, i) => {
    const width = most <= room ? needed[i]! : Math.min(needed[i]!, room * Math.sqrt(needed[i]! / most));
    offset[dot] = width * (2 * vanDerCorput(i + 1) - 1);
  });
  return offset;
}

/** How many positions lie within `reach` of each. @param sorted rising */
function neighbours(sorted: readonly number[], reach: number): number[] {
  let from = 0;
  let to = 0;
  return sorted.map((value) => {
    while (sorted[from]! < value - reach) from += 1;
    while (to < sorted.length && sorted[to]! <= value + reach) to += 1;
    return to - from;
  });
}

/** The bits of a number mirrored at the point: 1/2, 1/4, 3/4, 1/8, … Neighbours in the sequence lie far apart. */
function vanDerCorput(index: number): number {
  let value = 0;
  let digit = 0.5;
  for (let rest = index; rest > 0; rest = Math.floor(rest / 2)) {
    value += (rest % 2) * digit;
    digit /= 2;
  }
  return value;
}
