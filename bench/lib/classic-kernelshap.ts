/**
 * KernelSHAP as Python's shap does it (KernelExplainer without feature selection, `l1_reg=False`, its most accurate setting), and its permutation
 * explainer: coalition sizes are enumerated from the outside in while the budget holds all of one, the rest is drawn by kernel weight in pairs, with
 * repeated draws counted as weight; then weighted least squares with the last player eliminated. Every row draws and solves anew.
 */
export interface Asked {
  readonly players: number;
  readonly empty: number;
  readonly full: number;
  /** Mean outputs of coalitions. (coalitions × players) → (coalitions) */
  worth(masks: Uint8Array, count: number): Promise<Float64Array>;
}

/** Shapley values from so many coalitions. */
export async function classicKernel(game: Asked, coalitions: number, random: () => number): Promise<Float64Array> {
  const { players, empty, full } = game;
  const { masks, weights } = draw(players, Math.min(coalitions, 2 ** players - 2), random);
  const flat = new Uint8Array(masks.length * players);
  masks.forEach((mask, i) => flat.set(mask, i * players));
  const worth = await game.worth(flat, masks.length);
  const last = players - 1;
  const normal = new Float64Array(last * (last + 1));
  const row = new Float64Array(last + 1);
  masks.forEach((mask, c) => {
    for (let i = 0; i < last; i++) row[i] = mask[i]! - mask[last]!;
    row[last] = worth[c]! - empty - mask[last]! * (full - empty);
    for (let i = 0; i < last; i++) {
      const scaled = weights[c]! * row[i]!;
      if (scaled !== 0) for (let j = 0; j <= last; j++) normal[i * (last + 1) + j]! += scaled * row[j]!;
    }
  });
  const solved = eliminate(normal, last);
  const values = new Float64Array(players);
  values.set(solved);
  values[last] = full - empty - solved.reduce((sum, value) => sum + value, 0);
  return values;
}

/** Antithetic permutations: as many whole ones as the coalitions pay for. */
export async function classicPermutation(game: Asked, coalitions: number, random: () => number): Promise<Float64Array> {
  const { players, empty, full } = game;
  const values = new Float64Array(players);
  const rounds = Math.floor(coalitions / (2 * (players - 1)));
  for (let round = 0; round < rounds; round++) {
    const order = shuffled(players, random);
    for (const way of [order, order.toReversed()]) {
      const masks = new Uint8Array((players - 1) * players);
      for (let step = 0; step < players - 1; step++)
        for (let i = 0; i <= step; i++) masks[step * players + way[i]!] = 1;
      const worth = await game.worth(masks, players - 1);
      way.forEach((player, step) => {
        const before = step === 0 ? empty : worth[step - 1]!;
        values[player]! += ((step === players - 1 ? full : worth[step]!) - before) / (2 * rounds);
      });
    }
  }
  return values;
}

function draw(players: number, coalitions: number, random: () => number): { masks: Uint8Array[]; weights: number[] } {
  const sizes = Math.ceil((players - 1) / 2);
  const paired = Math.floor((players - 1) / 2);
  const raw = Array.from(
    { length: sizes },
    (_, i) => ((players - 1) / ((i + 1) * (players - i - 1))) * (i < paired ? 2 : 1),
  );
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const share = raw.map((weight) => weight / total);
  const masks: Uint8Array[] = [];
  const weights: number[] = [];
  const add = (mask: Uint8Array, weight: number): void => {
    masks.push(mask);
    weights.push(weight);
  };
  let enumerated = 0;
  let left = coalitions;
  let rest = 1;
  for (; enumerated < sizes; enumerated++) {
    const size = enumerated + 1;
    const both = enumerated < paired;
    const count = binomial(players, size) * (both ? 2 : 1);
    if ((left * share[enumerated]!) / rest / count < 1 - 1e-8) break;
    left -= count;
    rest -= share[enumerated]!;
    for (const mask of subsets(players, size)) {
      add(mask, share[enumerated]! / count);
      if (both)
        add(
          mask.map((one) => 1 - one),
          share[enumerated]! / count,
        );
    }
  }
  const fixed = masks.length;
  const chances = share.slice(enumerated).map((weight, i) => (i + enumerated < paired ? weight / 2 : weight));
  const sum = chances.reduce((a, b) => a + b, 0);
  const seen = new Map<string, number>();
  const most = enumerated < sizes ? 4 * coalitions : 0;
  for (let tries = 0; left > 0 && tries < most; tries++) {
    let at = random() * sum;
    let size = enumerated + 1;
    for (const chance of chances) {
      if ((at -= chance) < 0 || size === sizes) break;
      size += 1;
    }
    const mask = new Uint8Array(players);
    for (const player of shuffled(players, random).slice(0, size)) mask[player] = 1;
    const both = size <= paired;
    const known = seen.get(mask.join(''));
    if (known === undefined) {
      seen.set(mask.join(''), masks.length);
      add(mask, 1);
      left -= 1;
      if (both && left > 0) {
        add(
          mask.map((one) => 1 - one),
          1,
        );
        left -= 1;
      }
    } else {
      weights[known]! += 1;
      if (both && known + 1 < weights.length) weights[known + 1]! += 1;
    }
  }
  const drawn = weights.slice(fixed).reduce((a, b) => a + b, 0);
  for (let i = fixed; i < weights.length; i++) weights[i]! *= rest / drawn;
  return { masks, weights };
}

function* subsets(players: number, size: number, from = 0): Generator<Uint8Array> {
  if (size === 0) yield new Uint8Array(players);
  else
    for (let first = from; first <= players - size; first++)
      for (const mask of subsets(players, size - 1, first + 1)) {
        mask[first] = 1;
        yield mask;
      }
}

function shuffled(players: number, random: () => number): number[] {
  const order = Array.from({ length: players }, (_, i) => i);
  for (let i = players - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}

function binomial(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
  return product;
}

/** Gaussian elimination with pivots. @param a (n × (n + 1)), the right side last */
function eliminate(a: Float64Array, n: number): Float64Array {
  const width = n + 1;
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(a[r * width + c]!) > Math.abs(a[pivot * width + c]!)) pivot = r;
    for (let j = c; j < width; j++)
      [a[c * width + j], a[pivot * width + j]] = [a[pivot * width + j]!, a[c * width + j]!];
    for (let r = c + 1; r < n; r++) {
      const factor = a[r * width + c]! / a[c * width + c]!;
      for (let j = c; j < width; j++) a[r * width + j]! -= factor * a[c * width + j]!;
    }
  }
  const x = new Float64Array(n);
  for (let r = n - 1; r >= 0; r--) {
    let sum = a[r * width + n]!;
    for (let j = r + 1; j < n; j++) sum -= a[r * width + j]! * x[j]!;
    x[r] = sum / a[r * width + r]!;
  }
  return x;
}
