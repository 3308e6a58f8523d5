import { binomial } from './binomial.ts';

/** The t-th coalition of a stratum: asked in order, never the same twice. (players) */
export type Draw = (t: number) => Uint8Array;

/** Up to here a stratum is shuffled as a whole; beyond, what was drawn before is drawn again. */
const SHUFFLED = 65_536;

/**
 * Coalitions of `size` of the players in random order, none twice.
 *
 * @param half whether coalitions are as large as their complements; then only those with the first player are drawn
 */
export function drawer(players: number, size: number, population: number, half: boolean, random: () => number): Draw {
  return population <= SHUFFLED
    ? shuffled(players, size, population, half, random)
    : rejecting(players, size, half, random);
}

/** Fisher and Yates's shuffle of all ranks, as far as it is needed. */
function shuffled(players: number, size: number, population: number, half: boolean, random: () => number): Draw {
  let ranks: Uint32Array | undefined;
  return (t) => {
    ranks ??= Uint32Array.from({ length: population }, (_, rank) => rank);
    const other = t + Math.floor(random() * (population - t));
    [ranks[t], ranks[other]] = [ranks[other]!, ranks[t]!];
    const out = new Uint8Array(players);
    if (half) out[0] = 1;
    unrank(ranks[t]!, half ? 1 : 0, half ? size - 1 : size, out);
    return out;
  };
}

/** The coalition of a rank in the lexicographic order of all with `size` of the players from `first` on. */
function unrank(rank: number, first: number, size: number, out: Uint8Array): void {
  let left = size;
  let rest = rank;
  for (let player = first; left > 0; player++) {
    const withPlayer = binomial(out.length - player - 1, left - 1);
    if (rest < withPlayer) {
      out[player] = 1;
      left -= 1;
    } else rest -= withPlayer;
  }
}

function rejecting(players: number, size: number, half: boolean, random: () => number): Draw {
  const seen = new Set<string>();
  const order = Uint32Array.from({ length: players }, (_, player) => player);
  return () => {
    for (;;) {
      const out = new Uint8Array(players);
      for (let i = 0; i < size; i++) {
        const other = i + Math.floor(random() * (players - i));
        [order[i], order[other]] = [order[other]!, order[i]!];
        out[order[i]!] = 1;
      }
      if (half && out[0] === 0) for (let player = 0; player < players; player++) out[player]! ^= 1;
      const key = keyOf(out);
      if (seen.has(key)) continue;
      seen.add(key);
      return out;
    }
  };
}

/** A coalition as text, 16 players a letter. */
function keyOf(coalition: Uint8Array): string {
  const letters: number[] = [];
  for (let start = 0; start < coalition.length; start += 16) {
    let bits = 0;
    for (let i = start; i < Math.min(start + 16, coalition.length); i++) bits = bits * 2 + coalition[i]!;
    letters.push(bits);
  }
  return String.fromCharCode(...letters);
}
