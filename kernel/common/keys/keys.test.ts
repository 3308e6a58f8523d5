import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MemoryLog, signer, stranger } from '#common/bundle/bundle.fixture.ts';
import { first, second, third } from './keyed.fixture.ts';
import { keyText } from './events.ts';
import { KeyHistory, signKeyEvent, type KeyEvent } from './keys.ts';
import { COSIGNATURE_KEY, formatVkey, keyName, noteSigner, openNote, type NoteSigner } from '#common/tlog/note.ts';
import { parseReceipt, type Statement } from '#common/receipt/receipt.ts';

const historyOf = ({ receipts }: MemoryLog): KeyHistory => {
  const history = new KeyHistory(signer);
  for (const { body, index } of receipts) assert.equal(history.judge(parseReceipt(body), index), null);
  return history;
};
const names = (history: KeyHistory, size: number): string[] =>
  Array.from({ length: size }, (_, index) => history.at(index).name);
const run = (log: MemoryLog): unknown => log.append({ kind: 'run', stream: 'runs' });

test('a key signs what stands behind the receipt that names it, up to the one that ends it', () => {
  const log = new MemoryLog();
  run(log);
  log.rotate(first);
  run(log);
  run(log);
  log.rotate(second, 'a new year');
  log.revoke(first, 'stolen after all');
  run(log);
  log.revoke(second, null, third);
  run(log);
  const history = historyOf(log);
  const [own, one, two, three] = [signer, first, second, third].map(keyName);
  assert.deepEqual(names(history, 9), [own, own, one, one, one, two, two, two, three]);
  assert.deepEqual(
    history.periods.map(({ after, until, revoked }) => [after, until, revoked?.at ?? null]),
    [
      [null, 1, null],
      [1, 4, 5],
      [4, 7, 7],
      [7, null, null],
    ],
  );
  assert.equal(history.find(keyName(first))!.revoked!.reason, 'stolen after all');
  assert.equal(history.current.name, three);
});

/** A log in which `first` signs and `second` comes next, as number 2. */
function ready(): { readonly log: MemoryLog; readonly history: KeyHistory } {
  const log = new MemoryLog();
  log.rotate(first);
  run(log);
  return { log, history: historyOf(log) };
}

const ROTATE: KeyEvent = {
  event: 'rotate',
  at: 2,
  ends: keyName(first),
  key: formatVkey(second),
  digest: null,
  reason: null,
};
const REVOKE: KeyEvent = {
  event: 'revoke',
  at: 2,
  ends: keyName(first),
  key: formatVkey(second),
  digest: null,
  reason: 'lost',
};
const TAG: KeyEvent = { event: 'tag', at: 2, ends: null, key: null, digest: 'ab'.repeat(32), reason: null };

function refused(said: Partial<KeyEvent>, from: KeyEvent, signers: readonly NoteSigner[], by = signers[0]): void {
  const { log, history } = ready();
  const before = history.copy();
  const { body, index } = log.event({ ...from, ...said }, signers, undefined, by);
  assert.throws(() => history.apply(parseReceipt(body), index), { code: 'KEY_INVALID' }, JSON.stringify(said));
  assert.deepEqual(history, before, 'nothing is taken up in part');
}

test('the honest events that the refused ones differ from are taken', () => {
  for (const [event, signers] of [
    [ROTATE, [first, second]],
    [REVOKE, [signer, second]],
  ] as const) {
    const { log, history } = ready();
    const { body, index } = log.event(event, signers);
    history.apply(parseReceipt(body), index);
    assert.equal(history.current.name, keyName(second));
  }
});

test('nobody else names a key, none twice, and none for another place', () => {
  refused({}, ROTATE, [stranger, second]);
  refused({}, ROTATE, [stranger, second], first);
  refused({}, ROTATE, [signer, second]);
  refused({}, ROTATE, [signer, second], first);
  refused({}, ROTATE, [first]);
  refused({}, ROTATE, [second], first);
  refused({}, ROTATE, [first, second], second);
  refused({ at: 1 }, ROTATE, [first, second]);
  refused({ event: 'create' }, ROTATE, [first, second]);
  refused({ event: 'create', ends: keyName(signer) }, ROTATE, [signer, second]);
  refused({ ends: keyName(signer) }, ROTATE, [first, second]);
  refused({ ends: null }, ROTATE, [first, second]);
  refused({ ends: keyName(third) }, ROTATE, [first, second]);
  refused({ key: null }, ROTATE, [first]);
  refused({ key: formatVkey(first) }, ROTATE, [first]);
  refused({ key: formatVkey(signer) }, ROTATE, [first, signer]);
  refused({ key: 'nonsense' }, ROTATE, [first, second]);
  const witness = noteSigner(second.name, second.secretKey, COSIGNATURE_KEY);
  refused({ key: formatVkey(witness) }, ROTATE, [first]);
});

test('a revocation is the log’s word alone, of a key that it has', () => {
  refused({}, REVOKE, [first, second]);
  refused({}, REVOKE, [signer]);
  refused({ key: null }, REVOKE, [signer]);
  refused({ ends: keyName(signer) }, REVOKE, [signer, second]);
  refused({ ends: keyName(signer), key: null }, REVOKE, [signer]);
  refused({ ends: keyName(third), key: null }, REVOKE, [signer]);
  refused({ ends: null }, REVOKE, [signer, second]);
  const log = new MemoryLog();
  log.rotate(first);
  log.rotate(second);
  log.revoke(first, 'once');
  const history = historyOf(log);
  const { body, index } = log.revoke(first, 'twice');
  assert.throws(() => history.apply(parseReceipt(body), index), /revoked already/);
});

test('tags and policies change no key, and commit to what they are about', () => {
  refused({ digest: null }, TAG, [signer]);
  refused({ digest: 'short' }, TAG, [signer]);
  refused({}, TAG, [first]);
  refused({ key: formatVkey(second) }, TAG, [signer, second]);
  refused({ ends: keyName(first) }, TAG, [signer]);
  refused({ digest: TAG.digest }, ROTATE, [first, second]);
  refused({ digest: TAG.digest }, REVOKE, [signer, second]);
  refused({ event: 'policy' }, TAG, [first]);
  refused({ event: 'authority' }, TAG, [first]);
  refused({ event: 'authority', key: formatVkey(second) }, TAG, [signer, second]);
  const { log } = ready();
  const tag = log.event(TAG, [signer]);
  log.event({ ...TAG, event: 'policy', at: 3 }, [signer]);
  const history = historyOf(log);
  assert.deepEqual(history.tags, { at: tag.index, commitment: TAG.digest });
  assert.deepEqual(history.policy, { at: 3, digest: TAG.digest });
  log.event({ ...TAG, event: 'policy', at: 4, digest: null }, [signer]);
  assert.deepEqual(historyOf(log).policy, { at: 4, digest: null });
  assert.equal(historyOf(log).authority, null);
  log.event({ ...TAG, event: 'authority', at: 5 }, [signer]);
  assert.deepEqual(historyOf(log).copy().authority, { at: 5, digest: TAG.digest });
  log.event({ ...TAG, event: 'authority', at: 6, digest: null }, [signer]);
  assert.deepEqual(historyOf(log).authority, { at: 6, digest: null });
  assert.equal(history.current.name, keyName(first));
});

const FIELDS = ['event', 'at', 'ends', 'key', 'digest', 'reason', 'note', 'more'] as const;

/** How many of the changed events `takes` takes. */
function taken(takes: (statement: Statement, index: number) => void): number {
  const { log } = ready();
  const { body, index } = log.event(ROTATE, [first, second]);
  const honest = parseReceipt(body);
  let count = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...FIELDS),
      fc.oneof(fc.jsonValue(), fc.constantFrom('create', 'revoke', 'tag', 3, keyName(signer), formatVkey(third), 'because')), // prettier-ignore
      (field, value) => {
        const result = { ...(honest.predicate.result as object), [field]: value };
        if (JSON.stringify(result) === JSON.stringify(honest.predicate.result)) return;
        try {
          takes({ ...honest, predicate: { ...honest.predicate, result } }, index);
          count++;
        } catch {
          // Refused.
        }
      },
    ),
    { seed: 1985, numRuns: 400 },
  );
  return count;
}

test('an event with any field changed is refused, which a check of the signatures alone would not notice', () => {
  assert.equal(
    taken((statement, index) => ready().history.apply(statement, index)),
    0,
  );
  const careless = (statement: Statement): void => {
    const { note } = statement.predicate.result as { note: string };
    assert.equal(openNote(note, [first, second]).signatures.length, 2);
  };
  assert.ok(taken(careless) > 100, 'the broken twin takes them');
});

test('the note is plain text that other tools open', () => {
  const { note } = signKeyEvent(keyName(signer), { ...ROTATE, reason: 'two\nlines' }, [first, second]);
  const { text, signatures } = openNote(note, [first, second]);
  assert.equal(text, keyText(keyName(signer), { ...ROTATE, reason: 'two\nlines' }));
  assert.deepEqual(text.split('\n').slice(0, 3), ['assay key/v1', keyName(signer), 'rotate at 2']);
  assert.equal(signatures.length, 2);
});
