/** How far two numbers are apart, measured by what is allowed between them. */
import type { Comparison } from '#common/receipt/receipt.ts';

export interface Distance {
  readonly fits: boolean;
  /** Part of what is allowed that is used up: 0 for the same, 1 at the limit, more beyond. */
  readonly share: number;
}

const SAME: Distance = { fits: true, share: 0 };
const FAR: Distance = { fits: false, share: Infinity };

/** `single`: the numbers are float32, whose steps are larger. NaN is NaN; 0 is −0 unless compared exactly. */
export function distance(sealed: number, found: number, rule: Comparison, single: boolean): Distance {
  if (rule.how === 'metric') return inside(sealed, found, rule);
  if (rule.how === 'ignored' || Object.is(sealed, found)) return SAME;
  if (rule.how === 'exact') return FAR;
  if (sealed === found) return SAME;
  if (!Number.isFinite(sealed) || !Number.isFinite(found)) return FAR;
  const { absolute = 0, relative = 0, ulps = 0 } = rule;
  const near = within(Math.abs(sealed - found), absolute + relative * Math.abs(sealed));
  if (ulps === 0) return near;
  const steps = within(single ? steps32(sealed, found) : steps64(sealed, found), ulps);
  return steps.share < near.share ? steps : near;
}

/** The same for whole numbers beyond what a double can tell apart. They have no steps: `ulps` says nothing about them. */
export function wholeDistance(sealed: bigint, found: bigint, rule: Comparison): Distance {
  if (rule.how === 'metric') return inside(Number(sealed), Number(found), rule);
  if (rule.how === 'ignored' || sealed === found) return SAME;
  if (rule.how === 'exact') return FAR;
  const { absolute = 0, relative = 0 } = rule;
  return within(Math.abs(Number(sealed - found)), absolute + relative * Math.abs(Number(sealed)));
}

function within(by: number, allowed: number): Distance {
  if (by <= allowed) return { fits: true, share: allowed === 0 ? 0 : Math.min(1, by / allowed) };
  return { fits: false, share: Math.max(1 + Number.EPSILON, by / allowed) };
}

/** Measured from the middle of the interval. */
function inside(sealed: number, found: number, { min, max }: { readonly min: number; readonly max: number }): Distance {
  const fits = [sealed, found].every((value) => value >= min && value <= max);
  if (!fits) return FAR;
  return max === min ? SAME : { fits, share: Math.min(1, Math.abs(found - (min + max) / 2) / ((max - min) / 2)) };
}

const floats = new Float64Array(1);
const bits64 = new BigInt64Array(floats.buffer);
const singles = new Float32Array(1);
const bits32 = new Int32Array(singles.buffer);

/** Doubles in order, as whole numbers: neighbours are 1 apart. */
function order64(value: number): bigint {
  floats[0] = value;
  const bits = bits64[0]!;
  return bits < 0n ? -(2n ** 63n) - bits : bits;
}

const steps64 = (a: number, b: number): number => {
  const steps = order64(a) - order64(b);
  return Number(steps < 0n ? -steps : steps);
};

function order32(value: number): number {
  singles[0] = value;
  const bits = bits32[0]!;
  return bits < 0 ? -(2 ** 31) - bits : bits;
}

const steps32 = (a: number, b: number): number => Math.abs(order32(a) - order32(b));
