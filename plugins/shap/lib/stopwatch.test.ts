import assert from 'node:assert/strict';
import { it } from 'node:test';
import { stopwatch } from './stopwatch.ts';

it('a stopwatch says how long the rest takes, once it can tell', () => {
  let now = 0;
  const left = stopwatch(() => now);
  const after = (seconds: number, done: number, total = 100): string | undefined => {
    now = 1000 * seconds;
    return left(done, total);
  };
  assert.equal(after(0.5, 50), undefined);
  assert.equal(after(10, 0), undefined);
  assert.equal(after(10, 50), 'about 10 s left');
  assert.equal(after(10, 2), 'about 8 min left');
  assert.equal(after(600, 2), 'about 8 h left');
  assert.equal(after(10, 100), undefined);
});
