/** Many messages hashed four at a time: whichever ends first makes room for the next. */
import { AT, BLOCK, LONGEST, SLOT, type Instance } from './instance.ts';

/** Message i is bytes[starts[i], ends[i]). */
export interface Messages {
  readonly bytes: Uint8Array;
  readonly starts: ArrayLike<number>;
  readonly ends: ArrayLike<number>;
  readonly count: number;
}

const LANES = 4;

export class Lanes {
  private readonly instance: Instance;
  /** Of each lane: its message (−1: none), where its next block is, and how many there are. */
  private readonly message = new Int32Array(LANES);
  private readonly at = new Int32Array(LANES);
  private readonly left = new Int32Array(LANES);

  constructor(instance: Instance) {
    this.instance = instance;
  }

  /** Digests of the messages, one behind the other; `long` hashes by itself one that is too long for a lane. */
  hashEach(
    { bytes, starts, ends, count }: Messages,
    out: Uint8Array,
    long: (message: Uint8Array, at: number) => void,
  ): void {
    const { message, at, left, instance } = this;
    message.fill(-1);
    left.fill(0);
    for (let next = 0; ;) {
      let steps = Infinity;
      for (let lane = 0; lane < LANES; lane++) {
        const state = AT.states + 4 * lane;
        if (left[lane] === 0) {
          if (message[lane]! >= 0) instance.read(state, LANES, out, 32 * message[lane]!);
          for (; next < count && ends[next]! - starts[next]! > LONGEST; next++)
            long(bytes.subarray(starts[next], ends[next]), 32 * next);
          // An idle lane goes over whatever lies in its slot, from its beginning each time.
          at[lane] = AT.slots + lane * SLOT;
          message[lane] = next < count ? next : -1;
          if (next < count) left[lane] = this.take(lane, bytes.subarray(starts[next], ends[next++]));
        }
        if (message[lane]! >= 0) steps = Math.min(steps, left[lane]!);
      }
      if (steps === Infinity) return;
      instance.wasm.four(at[0]!, at[1]!, at[2]!, at[3]!, steps);
      for (let lane = 0; lane < LANES; lane++) {
        if (message[lane]! < 0) continue;
        at[lane]! += steps * BLOCK;
        left[lane]! -= steps;
      }
    }
  }

  private take(lane: number, message: Uint8Array): number {
    const { instance } = this;
    instance.bytes.set(message, this.at[lane]);
    instance.begin(AT.states + 4 * lane, LANES);
    return instance.pad(this.at[lane]!, message.length, message.length);
  }
}
