import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEvents, type Events } from './events.ts';

const emit = (events: Events, count: number): void => {
  for (let i = 0; i < count; i++) events.emit({ type: 'dataset', name: `d${i}` });
};
const numbers = (events: Events, cursor: number): number[] | undefined => events.since(cursor)?.map(({ n }) => n);

test('numbers rise by one and a cursor gets what it missed', () => {
  const events = createEvents({ now: () => 1000 });
  const start = events.last;
  emit(events, 3);
  assert.deepEqual(numbers(events, start), [start + 1, start + 2, start + 3]);
  assert.deepEqual(numbers(events, start + 2), [start + 3]);
  assert.deepEqual(numbers(events, start + 3), []);
  assert.equal(events.emit({ type: 'resync' }).at, '1970-01-01T00:00:01.000Z');
});

test('a cursor that is too old, too new or of a former life gets null', () => {
  const events = createEvents({ now: () => 1000, kept: 4 });
  const start = events.last;
  emit(events, 5);
  assert.equal(events.since(start), null);
  assert.deepEqual(numbers(events, start + 1), [start + 2, start + 3, start + 4, start + 5]);
  assert.equal(events.since(start + 6), null);
  assert.equal(events.since(0), null);
  const later = createEvents({ now: () => 2000, kept: 4 });
  emit(later, 2);
  assert.equal(later.since(events.last), null);
  assert.equal(later.since(start), null);
});

test('listeners hear what comes after them until they end', () => {
  const events = createEvents();
  const heard: number[] = [];
  emit(events, 1);
  const end = events.subscribe(({ n }) => heard.push(n));
  emit(events, 2);
  end();
  emit(events, 1);
  assert.deepEqual(heard, [events.last - 2, events.last - 1]);
});
