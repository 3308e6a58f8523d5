/** The kinds of very many receipts, by number: a byte each. */
import { KINDS, type Kind } from './types.ts';

const NUMBERS = new Map(KINDS.map((kind, number) => [kind, number]));

export class KindList {
  private kinds = new Uint8Array(1 << 10);

  /** The first kind there is where none was set. */
  get(place: number): Kind {
    return KINDS[this.kinds[place] ?? 0]!;
  }

  set(place: number, kind: Kind): void {
    while (place >= this.kinds.length) {
      const larger = new Uint8Array(this.kinds.length * 2);
      larger.set(this.kinds);
      this.kinds = larger;
    }
    this.kinds[place] = NUMBERS.get(kind)!;
  }
}
