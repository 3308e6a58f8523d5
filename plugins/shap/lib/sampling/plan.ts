/** What a game's estimate starts and ends with: the worth of nobody and of everybody, by output. */
export interface Ends {
  readonly empty: Float64Array;
  readonly full: Float64Array;
}

export interface Estimate {
  /** (players × outputs) */
  readonly values: Float64Array;
  /** Standard error of each value; 0 where nothing was left to chance. (players × outputs) */
  readonly errors: Float64Array;
}

/**
 * Which coalitions a method asks for, one unit of them after the other, and what it makes of their worths. The units of a seed are one sequence: whoever
 * affords more gets the same ones first. Rows whose games have as many players share a plan, and so what it prepares.
 */
export interface Plan {
  readonly players: number;
  /** Coalitions of a unit. */
  readonly perUnit: number;
  /** Fewest units that give values and their errors. */
  readonly least: number;
  /** Units after which there is nothing more to ask, or no room to keep it. */
  readonly most: number;
  /** Whether the values are exact once `most` units are known. */
  readonly ends: boolean;
  /** Coalitions of units first to last − 1: 1 for each player in it. (coalitions × players) */
  masks(first: number, last: number): Uint8Array;
  /** @param worth of the coalitions of the first `units` units (coalitions × outputs) */
  estimate(units: number, worth: Float64Array, ends: Ends): Estimate;
}
