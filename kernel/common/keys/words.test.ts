import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyWords } from './words.ts';

const NEXT = 'local.example/9ec8478d/seals+1751a4ee+AZ7IR428RKw4tkmSG9FIma72H2IWu1i8TTezuOpVl9Sh';

test('each event in a few words, with its reason', () => {
  const said = (event: string, more: object = {}): string =>
    keyWords({ event, key: null, ends: null, reason: null, ...more });
  assert.equal(said('create', { key: NEXT }), 'key seals+1751a4ee signs seals from here on');
  assert.equal(said('rotate', { key: NEXT, reason: 'yearly' }), 'key seals+1751a4ee signs seals from here on: yearly');
  const lost = { ends: 'local.example/9ec8478d/seals+1751a4ee', reason: 'lost' };
  assert.equal(said('revoke', lost), 'key seals+1751a4ee revoked: lost');
  assert.equal(said('tag'), 'receipts are tagged from here on');
  assert.equal(said('policy'), 'other witnesses');
  assert.equal(
    said('authority', { reason: 'asked at tsa.example' }),
    'another time-stamping authority: asked at tsa.example',
  );
});

test('what is no event is still something', () => {
  for (const odd of [null, undefined, 7, {}, { event: 'revoke', ends: 7 }, { event: 'rotate', key: 'x' }, { event: 5 }])
    assert.match(keyWords(odd), /^key/);
});
