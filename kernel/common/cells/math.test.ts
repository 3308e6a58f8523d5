import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { EPOCH, makeDate, parseDate } from './date.ts';
import { makeMath, pow, powset } from './math.ts';
import { seededRandom } from './random.ts';

const pinned = makeMath(() => 0.5);
/** Nothing of these is pinned: too new to be everywhere, or the cell's own. */
const ABSENT = new Set(['f16round', 'sumPrecise', 'random']);
const BINARY = new Set(['pow', 'atan2', 'hypot', 'max', 'min', 'imul']);
const SPECIAL = [
  0,
  -0,
  1,
  -1,
  2,
  -2,
  0.5,
  1e-320,
  -1e-320,
  1e308,
  -1e308,
  709.8,
  -745.2,
  1e300,
  Infinity,
  -Infinity,
  NaN,
  2 ** 31,
  2 ** 53,
  Math.PI,
];

type Many = Record<string, (...x: number[]) => number>;

/** Both NaN, both infinite, or within a few units in the last place. */
function close(a: number, b: number): boolean {
  if (Object.is(a, b)) return true;
  const scale = Math.max(Math.abs(a), Math.abs(b));
  return (
    Number.isFinite(scale) &&
    (a !== 0 || b !== 0 ? Math.abs(a - b) <= Math.max(4 * scale * Number.EPSILON, 1e-322) : false)
  );
}

const check = (name: string, ...args: number[]): void => {
  const [ours, theirs] = [(pinned as unknown as Many)[name]!(...args), (Math as unknown as Many)[name]!(...args)];
  assert(close(ours, theirs), `${name}(${args.join(', ')}) is ${ours}, engine ${theirs}`);
};

const draw = (seed: number, cell: string): number[] => Array.from({ length: 1000 }, seededRandom(seed, cell));

describe('pinned Math', () => {
  it('has every function and constant of the engine', () => {
    for (const name of Object.getOwnPropertyNames(Math)) {
      if (ABSENT.has(name)) continue;
      assert.equal(typeof (pinned as unknown as Many)[name], typeof (Math as unknown as Many)[name], name);
    }
    assert.equal(pinned.random(), 0.5);
    assert(Object.isFrozen(pinned));
    assert.deepEqual(Object.keys(pinned), []);
  });

  it('agrees with the engine within the last places, exactly in signs, zeros and NaN', () => {
    const names = Object.getOwnPropertyNames(Math).filter(
      (name) => typeof (Math as unknown as Many)[name] === 'function' && !ABSENT.has(name),
    );
    for (const name of names) {
      for (const x of SPECIAL) {
        if (BINARY.has(name)) for (const y of SPECIAL) check(name, x, y);
        else check(name, x);
      }
      fc.assert(
        fc.property(fc.double({ min: -50, max: 50 }), fc.double({ min: -50, max: 50 }), (x, y) =>
          BINARY.has(name) ? check(name, x, y) : check(name, x),
        ),
        { numRuns: 300 },
      );
    }
  });

  it('converts arguments as the engine does', () => {
    const loose = pinned as unknown as Record<string, (...x: unknown[]) => number>;
    assert.equal(loose['sin']!('0'), 0);
    assert.equal(loose['exp']!(null), 1);
    assert.equal(loose['cos']!(), NaN);
    assert.equal(loose['hypot']!('3', [4]), 5);
    assert.equal(loose['hypot']!(), 0);
    assert.throws(() => loose['log']!(1n), TypeError);
  });

  it('computes powers as the operator does', () => {
    for (const x of SPECIAL) for (const y of SPECIAL) assert(close(pow(x, y) as number, x ** y), `${x} ** ${y}`);
    assert.equal(pow(10, 3), 1000);
    assert.equal(pow('2', { valueOf: () => 3 }), 8);
    assert.equal(pow(2n, 100n), 2n ** 100n);
    assert.throws(() => pow(2n, 3), TypeError);
    const target = { x: 3 };
    assert.equal(powset(target, 'x', 2), 9);
    assert.equal(target.x, 9);
  });
});

describe('dates', () => {
  it('read only text that says the same everywhere', () => {
    assert.equal(parseDate('2020-02-03'), Date.UTC(2020, 1, 3));
    assert.equal(parseDate('2020-02-03T04:05'), Date.UTC(2020, 1, 3, 4, 5));
    assert.equal(parseDate('2020-02-03T04:05:06.789+01:00'), Date.UTC(2020, 1, 3, 3, 5, 6, 789));
    assert.equal(parseDate('Mon, 03 Feb 2020 04:05:06 GMT'), Date.UTC(2020, 1, 3, 4, 5, 6));
    assert.equal(parseDate('2/3/2020'), NaN);
    assert.equal(parseDate('3 February'), NaN);
  });

  it('take parts as UTC and the present from the cell', () => {
    const Pinned = makeDate(() => EPOCH);
    assert.equal(new Pinned(2020, 1, 3).getTime(), Date.UTC(2020, 1, 3));
    assert.equal(new Pinned().toISOString(), '2000-01-01T00:00:00.000Z');
    assert.equal(new Pinned(new Pinned(5)).getTime(), 5);
    assert(new Pinned(0) instanceof Date);
    assert.equal(Pinned.now(), EPOCH);
    assert.equal(new Pinned(99, 0).getUTCFullYear(), 1999);
  });
});

describe('random numbers', () => {
  it('follow from seed and cell alone', () => {
    assert.deepEqual(draw(1, 'a'), draw(1, 'a'));
    assert.notDeepEqual(draw(1, 'a'), draw(2, 'a'));
    assert.notDeepEqual(draw(1, 'a'), draw(1, 'b'));
    const mean = draw(7, 'x').reduce((sum, x) => sum + x) / 1000;
    assert(Math.abs(mean - 0.5) < 0.05, String(mean));
    assert(draw(3, 'y').every((x) => x >= 0 && x < 1));
    // The first of seed 1, cell a: what was sealed must stay.
    assert.equal(draw(1, 'a')[0], 0.1973364307776012);
  });
});
