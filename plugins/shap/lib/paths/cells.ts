import type { Quadrature } from '../quadrature.ts';

/** Numbers of a program: three a point for a branch (rows that failed its feature above, fail here, pass), and tables. */
export class Cells {
  held = new Float64Array(2 ** 16);
  #used = 0;

  /** By how much a branch changes the product of a path. @returns first cell */
  factors(before: number, z: number, { nodes }: Quadrature): number {
    const at = this.room(3 * nodes.length);
    nodes.forEach((t, q) => {
      const old = passing(before, t);
      this.held[at + 3 * q] = before === 0 ? 0 : z / before;
      this.held[at + 3 * q + 1] = failing(z, t) / old;
      this.held[at + 3 * q + 2] = passing(z, t) / old;
    });
    return at;
  }

  /** What a branch's feature gains of what lies below, less what it had gained above. @returns first cell */
  gains(before: number, z: number, { nodes, weights }: Quadrature): number {
    const at = this.room(3 * nodes.length);
    nodes.forEach((t, q) => {
      const old = gainPassing(before, t);
      this.held[at + 3 * q] = 0;
      this.held[at + 3 * q + 1] = weights[q]! * (gainFailing(t) - old);
      this.held[at + 3 * q + 2] = weights[q]! * (gainPassing(z, t) - old);
    });
    return at;
  }

  /** What was written; the next tree starts anew in the same room. */
  done(): Float64Array {
    const written = this.held.slice(0, this.#used);
    this.#used = 0;
    return written;
  }

  /** @returns the first of `count` cells that hold 0 */
  room(count: number): number {
    const at = this.#used;
    this.#used += count;
    if (this.#used > this.held.length) {
      const more = new Float64Array(2 * this.#used);
      more.set(this.held);
      this.held = more;
    }
    this.held.fill(0, at, this.#used);
    return at;
  }
}

/** Factor of a feature whose decisions a row fails. */
export const failing = (z: number, t: number): number => z * (1 - t);
/** Of one whose decisions it passes. */
export const passing = (z: number, t: number): number => z + (1 - z) * t;
/** (o − z) over the factor: whatever z is, rows that fail get this. Where z is 0 nothing is left to share. */
export const gainFailing = (t: number): number => -1 / (1 - t);
export const gainPassing = (z: number, t: number): number => (1 - z) / passing(z, t);
