import { BLANK } from './blank.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ReceiptScanner } from './scan.ts';
import {
  buildReceipt,
  KINDS,
  parseReceipt,
  ROLES,
  type ReceiptDraft,
  type ReceiptPlace,
  type Role,
  type Statement,
} from './receipt.ts';

const LOG = 'log.example/test+01234567';
const scanner = new ReceiptScanner('test', LOG);
const utf8 = new TextEncoder();

const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const plainText = fc.string({ minLength: 1, maxLength: 12 });
const json = fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('-0'));
const drafts: fc.Arbitrary<ReceiptDraft> = fc.record({
  kind: fc.constantFrom(...KINDS),
  stream: plainText,
  subject: fc.array(fc.record({ name: plainText, digest: fc.record({ sha256: digest }) }), { maxLength: 2 }),
  parents: fc.array(fc.record({ digest, role: fc.constantFrom(...(Object.keys(ROLES) as Role[])) }), { maxLength: 3 }),
  materials: fc.array(fc.record({ name: plainText, digest }), { maxLength: 2 }),
  plugin: fc.record({ name: fc.constant('shap'), version: plainText, digest }),
  method: fc.option(fc.stringMatching(/^shap\.[A-Za-z][A-Za-z0-9_-]{0,9}$/)),
  params: fc.option(digest),
  env: fc.dictionary(
    plainText,
    fc.oneof(
      plainText,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: 0.1, max: 1e9 }),
      fc.boolean(),
      fc.constant(null),
    ),
  ),
  result: json,
  comparators: fc.constant([]),
});
const places: fc.Arbitrary<ReceiptPlace> = fc
  .record({
    seq: fc.nat(),
    id: digest,
    time: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
    nonce: fc.stringMatching(/^[0-9a-f]{32}$/),
  })
  .map(({ seq, id, time, nonce }) => ({
    org: 'test',
    log: LOG,
    seq,
    prev: seq === 0 ? null : id,
    time: time.toISOString(),
    signer: LOG,
    nonce,
  }));

/** What the scanner says is what the parser says. */
function agrees(bytes: Uint8Array): boolean {
  const padded = Uint8Array.from([0x0a, ...bytes, 0x0a]);
  if (!scanner.scan(padded, 1, padded.length - 1)) return false;
  const { predicate } = parseReceipt(bytes);
  const text = (start: number, length: number): string =>
    new TextDecoder().decode(padded.subarray(start, start + length));
  assert.equal(scanner.kind, predicate.kind);
  assert.equal(scanner.seq, predicate.seq);
  assert.equal(scanner.prev < 0 ? null : text(scanner.prev, 64), predicate.prev);
  assert.equal(text(scanner.streamStart, scanner.streamEnd - scanner.streamStart), predicate.stream);
  const parents = Array.from({ length: scanner.parentCount }, (_, index) => ({
    digest: text(scanner.parents[index]!, 64),
    role: scanner.roles[index],
  }));
  assert.deepEqual(parents, predicate.parents);
  return true;
}

const isPlain = (body: string): boolean => /^[ -~]*$/.test(body) && !body.includes('\\');

test('takes every receipt in plain form, and reads in it what the parser reads', () => {
  fc.assert(
    fc.property(drafts, places, (draft, place) => {
      let body: string;
      try {
        ({ body } = buildReceipt(draft, place));
      } catch {
        return; // an unsafe integer in `result`
      }
      const taken = agrees(utf8.encode(body));
      if (isPlain(body)) assert.ok(taken, body);
    }),
    { numRuns: 500 },
  );
});

test('takes nothing that the parser refuses, whatever is done to a receipt', () => {
  let taken = 0;
  fc.assert(
    fc.property(
      drafts,
      places,
      fc.nat(),
      fc.constantFrom(...'0159-+.e"{}[]:,ntfaz \\'),
      fc.constantFrom(0, 1, 2),
      (draft, place, at, byte, how) => {
        let body: string;
        try {
          ({ body } = buildReceipt(draft, place));
        } catch {
          return;
        }
        const spot = at % body.length;
        const changed = body.slice(0, spot) + (how === 2 ? '' : byte) + body.slice(spot + (how === 1 ? 0 : 1));
        if (agrees(utf8.encode(changed))) taken++;
      },
    ),
    { numRuns: 5000 },
  );
  assert.ok(taken > 0, 'some changes only make another receipt');
});

const base = buildReceipt(
  {
    kind: 'run',
    stream: 's',
    ...BLANK,
    env: { a: 1, b: 2 },
    result: { x: [1.5, 2] },
  },
  { org: 'test', log: LOG, seq: 0, prev: null, time: '2024-02-29T12:00:00.000Z', signer: LOG, nonce: '0'.repeat(32) },
).body;

test('leaves to the parser: what is not plain, and what is wrong', () => {
  assert.ok(agrees(utf8.encode(base)));
  const changes: readonly (readonly [string, string])[] = [
    ['"a":1,"b":2', '"b":2,"a":1'],
    ['"a":1,"b":2', '"a":1,"a":2'],
    ['"a":1', '"a": 1'],
    ['"a":1', '"a":01'],
    ['"a":1', '"a":-0'],
    ['"a":1', '"a":1.0'],
    ['"a":1', '"a":1e2'],
    ['"a":1', '"a":9007199254740993'],
    ['"a":1', '"a":[]'],
    ['"a":1', `"a":"${'x'.repeat(1025)}"`],
    ['1.5', '1.50'],
    ['2024-02-29', '2023-02-29'],
    ['2024-02-29', '1900-02-29'],
    ['12:00:00', '24:00:00'],
    ['"prev":null', `"prev":"${'0'.repeat(64)}"`],
    ['"seq":0', '"seq":1'],
    ['"stream":"s"', '"stream":""'],
    ['"org":"test"', '"org":"rest"'],
    ['"kind":"run"', '"kind":"runs"'],
    ['"method":null', '"method":"shap.explain"'],
    ['{"x":[1.5,2]}', '['.repeat(31) + ']'.repeat(31)],
    ['"subject":[]', '"subject":[],"z":1'],
  ];
  for (const [from, to] of changes) {
    assert.ok(base.includes(from), from);
    const changed = utf8.encode(base.replace(from, to));
    assert.equal(scanner.scan(changed, 0, changed.length), false, to);
    assert.throws(() => assertOurs(parseReceipt(changed)), to);
  }
  assert.ok(agrees(utf8.encode(base.replace('{"x":[1.5,2]}', '['.repeat(30) + ']'.repeat(30)))));
});

function assertOurs({ predicate }: Statement): void {
  assert.equal(predicate.org, 'test');
}

test('a log whose name JSON would write otherwise is left to the parser, whatever its receipts hold', () => {
  for (const name of ['log.example/é', 'log"x', 'log\\x', 'log\u0100']) {
    const log = `${name}+01234567`;
    const own = new ReceiptScanner('test', log);
    for (const bytes of [utf8.encode(base.replaceAll(LOG, log)), Buffer.from(base.replaceAll(LOG, log), 'latin1')])
      assert.equal(own.scan(bytes, 0, bytes.length), false, name);
  }
});

const TOKENS = [
  '" \\ { } [ ] , : 0 - . e \u0000 \u007f \u0080 Ã© 1e21 1e-7 0.000001 5e-324 1.7976931348623157e+308 -0 01 1.0 1.50 .5 1e5',
  '9007199254740991 9007199254740992 {} [] {"a":1,"a":2} {"b":1,"a":2} {"a":1} \\ud800 \\u0041 __proto__ true null',
  `${'x'.repeat(1025)} ${'['.repeat(31)}${']'.repeat(31)} ${'['.repeat(30)}${']'.repeat(30)}`,
].flatMap((tokens) => [' ', '\n', ...tokens.split(' ')]);
const FIELDS = [
  '"result":',
  '"env":',
  '"env":{',
  '"seq":',
  '"time":"',
  '"method":',
  '"plugin":',
  '"prev":',
  '"subject":[',
];

test('fast and slow never differ: tokens that break JSON, where they hurt', () => {
  let taken = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...FIELDS),
      fc.nat(20),
      fc.nat(8),
      fc.constantFrom(...TOKENS),
      (field, off, cut, token) => {
        const at = base.indexOf(field) + field.length + off;
        const bytes = Buffer.from(base.slice(0, at) + token + base.slice(at + cut), 'latin1');
        if (agrees(new Uint8Array(bytes))) taken++;
      },
    ),
    { numRuns: 5000 },
  );
  assert.ok(taken > 0);
});
