import { binomial } from './binomial.ts';
import { drawer, type Draw } from './draw.ts';

/** Coalitions of s players and their complements: one for each size s up to half of the players. */
interface Stratum {
  readonly size: number;
  /** Pairs there are; Infinity when they can't be counted. */
  readonly population: number;
  /** What all its pairs together weigh in the Shapley regression. */
  readonly weight: number;
  /** Its share of what is drawn. */
  readonly share: number;
  readonly draw: Draw;
}

/** Pairs of a coalition and its complement in an order of which every beginning is a good sample. */
export interface Pairs {
  readonly strata: readonly Stratum[];
  /** Pairs there are. */
  readonly population: number;
  /** Draws until there are `count`. */
  grow(count: number): void;
  /** Stratum of each pair. */
  readonly of: readonly number[];
  /** The coalition of a pair that holds at most half of the players. (players) */
  readonly coalition: readonly Uint8Array[];
}

/**
 * Leverage-score sampling of Shapley regression (Musco & Witter, arXiv 2410.01917): in it a coalition of s of n players has a leverage score of
 * 1 / C(n, s), so every size is drawn equally often and all coalitions of a size are alike. A coalition comes with its complement, none comes twice, and sizes
 * take turns instead of being drawn, which leaves their numbers nothing to vary.
 */
export function leveragePairs(players: number, random: () => number): Pairs {
  const strata = Array.from({ length: Math.floor(players / 2) }, (_, i): Stratum => {
    const size = i + 1;
    const half = 2 * size === players;
    const population = binomial(players, size) / (half ? 2 : 1);
    return {
      size,
      population,
      weight: (half ? 1 : 2) / (size * (players - size)),
      share: half ? 1 : 2,
      draw: drawer(players, size, population, half, random),
    };
  });
  const counts = strata.map(() => 0);
  const of: number[] = [];
  const coalition: Uint8Array[] = [];
  return {
    strata,
    population: strata.reduce((sum, { population }) => sum + population, 0),
    of,
    coalition,
    grow(count) {
      while (of.length < count) {
        const next = turn(strata, counts);
        coalition.push(strata[next]!.draw(counts[next]!));
        counts[next]! += 1;
        of.push(next);
      }
    },
  };
}

/** Whose turn it is: the stratum that is furthest behind its share and not yet empty (Sainte-Laguë's rule). */
function turn(strata: readonly Stratum[], counts: readonly number[]): number {
  let best = -1;
  let most = 0;
  for (let i = 0; i < strata.length; i++) {
    if (counts[i]! >= strata[i]!.population) continue;
    const claim = strata[i]!.share / (2 * counts[i]! + 1);
    if (claim > most) [best, most] = [i, claim];
  }
  return best;
}
