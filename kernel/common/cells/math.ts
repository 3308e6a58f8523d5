/**
 * The whole of `Math` with the same bits everywhere. V8's own transcendental functions differ between Node and Chromium in the last place;
 * these are stdlib's ports of FreeBSD's, in plain arithmetic. What IEEE 754 or the language defines exactly stays the engine's own.
 */
import acos from '@stdlib/math-base-special-acos';
import acosh from '@stdlib/math-base-special-acosh';
import asin from '@stdlib/math-base-special-asin';
import asinh from '@stdlib/math-base-special-asinh';
import atan from '@stdlib/math-base-special-atan';
import atanh from '@stdlib/math-base-special-atanh';
import cbrt from '@stdlib/math-base-special-cbrt';
import cos from '@stdlib/math-base-special-cos';
import cosh from '@stdlib/math-base-special-cosh';
import exp from '@stdlib/math-base-special-exp';
import expm1 from '@stdlib/math-base-special-expm1';
import log from '@stdlib/math-base-special-ln';
import log10 from '@stdlib/math-base-special-log10';
import log1p from '@stdlib/math-base-special-log1p';
import log2 from '@stdlib/math-base-special-log2';
import power from '@stdlib/math-base-special-pow';
import sin from '@stdlib/math-base-special-sin';
import sinh from '@stdlib/math-base-special-sinh';
import tan from '@stdlib/math-base-special-tan';
import tanh from '@stdlib/math-base-special-tanh';

const { abs, ceil, clz32, floor, fround, imul, max, min, round, sign, sqrt, trunc } = Math;
const { E, LN10, LN2, LOG10E, LOG2E, PI, SQRT1_2, SQRT2 } = Math;

const isOdd = (y: number): boolean => y % 2 === 1 || y % 2 === -1;

/** ECMAScript's `**`: signs and special cases here (stdlib 0.3.1 errs at −0, −Infinity, NaN ** 0, large even exponents), the rest stdlib's. */
function powNumbers(x: number, y: number): number {
  if (y === 0) return 1;
  if (x !== x || y !== y) return NaN;
  const size = abs(x);
  const negative = (x < 0 || Object.is(x, -0)) && isOdd(y);
  let result: number;
  if (y === Infinity || y === -Infinity) return size === 1 ? NaN : size > 1 === y > 0 ? Infinity : 0;
  if (size === 0 || size === Infinity) result = (size === 0) === y > 0 ? 0 : Infinity;
  else if (x < 0 && trunc(y) !== y) return NaN;
  else result = size === 1 ? 1 : power(size, y);
  return negative ? -result : result;
}

const PI_LOW = 1.2246467991473532e-16;

/** FreeBSD's e_atan2.c over the pinned atan; stdlib 0.3.1 loses the sign of y where y / x underflows. */
function angle(y: number, x: number): number {
  if (x !== x || y !== y) return NaN;
  const left = x < 0 || Object.is(x, -0);
  const size = abs(y);
  let turn: number;
  if (size === 0) turn = left ? PI : 0;
  else if (x === 0) turn = PI / 2;
  else if (abs(x) === Infinity) turn = size === Infinity ? (left ? (3 * PI) / 4 : PI / 4) : left ? PI : 0;
  else if (size === Infinity) turn = PI / 2;
  else {
    const ratio = size / abs(x);
    const acute = ratio > 2 ** 60 ? PI / 2 : atan(ratio);
    turn = left && ratio <= 2 ** 60 ? PI - (acute - PI_LOW) : acute;
  }
  return y < 0 || Object.is(y, -0) ? -turn : turn;
}

/** stdlib 0.2.4 overflows at 709.79 where the result still fits. */
function hyperbolicCosine(x: number): number {
  const size = abs(x);
  if (!(size > 709)) return cosh(x);
  const root = exp(size / 2);
  return 0.5 * root * root;
}

/** Scaled by the largest, with Kahan's correction: no overflow on the way. */
function hypot(...values: number[]): number {
  let largest = 0;
  let nan = false;
  for (let i = 0; i < values.length; i++) {
    const value = abs((values[i] = +values[i]!));
    if (value !== value) nan = true;
    else if (value > largest) largest = value;
  }
  if (largest === Infinity) return Infinity;
  if (nan) return NaN;
  if (largest === 0) return 0;
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const ratio = value / largest;
    const term = ratio * ratio - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
  }
  return sqrt(sum) * largest;
}

const unary = (name: string, of: (x: number) => number): ((x: number) => number) =>
  Object.defineProperty((x: number) => of(+x), 'name', { value: name });

const PINNED = {
  abs, ceil, clz32, floor, fround, imul, max, min, round, sign, sqrt, trunc, hypot,
  acos: unary('acos', acos),
  acosh: unary('acosh', acosh),
  asin: unary('asin', asin),
  asinh: unary('asinh', asinh),
  atan: unary('atan', atan),
  atan2: (y: number, x: number): number => angle(+y, +x),
  atanh: unary('atanh', atanh),
  cbrt: unary('cbrt', cbrt),
  cos: unary('cos', cos),
  cosh: unary('cosh', hyperbolicCosine),
  exp: unary('exp', exp),
  expm1: unary('expm1', expm1),
  log: unary('log', log),
  log10: unary('log10', log10),
  log1p: unary('log1p', log1p),
  log2: unary('log2', log2),
  pow: (x: number, y: number): number => powNumbers(+x, +y),
  sin: unary('sin', sin),
  sinh: unary('sinh', sinh),
  tan: unary('tan', tan),
  tanh: unary('tanh', tanh),
}; // prettier-ignore

const CONSTANTS = { E, LN10, LN2, LOG10E, LOG2E, PI, SQRT1_2, SQRT2 };

/** A frozen `Math` whose `random` is the given stream. Functions are not enumerable, as in the engine's own. */
export function makeMath(random: () => number): typeof Math {
  const math: Record<string, unknown> = {};
  for (const [name, value] of Object.entries({ ...CONSTANTS, ...PINNED, random }))
    Object.defineProperty(math, name, { value });
  Object.defineProperty(math, Symbol.toStringTag, { value: 'Math' });
  return Object.freeze(math) as unknown as typeof Math;
}

/** The operator `**` as the compiler writes it: numbers pinned, bigints the engine's own, other operands converted as it would. */
export function pow(x: unknown, y: unknown): number | bigint {
  if (typeof x === 'number' && typeof y === 'number') return powNumbers(x, y);
  const [base, exponent] = [numeric(x), numeric(y)];
  if (typeof base === 'number' && typeof exponent === 'number') return powNumbers(base, exponent);
  return (base as bigint) ** (exponent as bigint); // mixed operands throw TypeError here
}

/** `target[key] **= y` */
export function powset(target: Record<PropertyKey, unknown>, key: PropertyKey, y: unknown): unknown {
  return (target[key] = pow(target[key], y));
}

/** ToNumeric: a unary minus twice keeps bigints bigints. */
const numeric = (value: unknown): number | bigint => -(-(value as number));
