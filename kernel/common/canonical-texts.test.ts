/** Texts that are nearly canonical JSON: the parser, the byte scanner for receipts, and a reading by other means say the same of each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseCanonical } from './canonical.ts';
import { AssayError } from './errors.ts';
import { ReceiptScanner } from '#common/receipt/scan.ts';
import { buildReceipt, MAX_RECEIPT_BYTES, parseReceipt } from '#common/receipt/receipt.ts';

const utf8 = new TextEncoder();
const LOG = 'log.example/test+01234567';
const PLACE = { org: 'test', log: LOG, seq: 0, prev: null, time: '2024-02-29T12:00:00.000Z', signer: LOG, nonce: '0'.repeat(32) }; // prettier-ignore

/** Canonical by other means: every key once and in order, and each token as JSON.stringify writes it. No recursion into a value twice. */
function isCanonical(bytes: Uint8Array, maxDepth: number): boolean {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    JSON.parse(text);
  } catch {
    return false;
  }
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|[[\]{},:]|true|false|null|\s+/g)].map(([token]) => token); // prettier-ignore
  const keys: (string | null)[] = [];
  for (const [index, token] of tokens.entries()) {
    if (/^\s/.test(token)) return false;
    if (token === '[' || token === '{') keys.push(null);
    if (keys.length > maxDepth) return false;
    if (token === ']' || token === '}') keys.pop();
    if (token.startsWith('"')) {
      const said = JSON.parse(token) as string;
      if (!said.isWellFormed() || JSON.stringify(said) !== token) return false;
      if (tokens[index + 1] !== ':') continue;
      const before = keys.at(-1);
      if (typeof before === 'string' && !(before < said)) return false;
      keys[keys.length - 1] = said;
    } else if (/^[-0-9]/.test(token)) {
      const value = Number(token);
      if (!Number.isFinite(value) || Object.is(value, -0) || String(value) !== token) return false;
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) return false;
    }
  }
  return true;
}

function accepts(read: () => unknown, code: string): boolean {
  try {
    read();
    return true;
  } catch (error) {
    assert.ok(error instanceof AssayError && error.code === code, String(error));
    return false;
  }
}

const nested = (depth: number, open: string, close: string, inner = '0'): string => open.repeat(depth) + inner + close.repeat(depth); // prettier-ignore
const HARD = [
  '-0', '0', '-1', '1.0', '1.5', '01', '.5', '1.', '1e3', '1E3', '1e+21', '1e21', '1e-7', '0.000001', '5e-324', '2e308', '1e400', '-1e-400',
  '9007199254740991', '9007199254740992', '9007199254740993', '-9007199254740992', '1e16', '123456789012345678901234567890', '0.1e1', '+1', 'NaN', 'Infinity', '0x1',
  '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"😀"', '"é"', '"\\u00e9"', '"\\u0041"', '"\\/"', '"/"', '"\\b"', '"\\u0008"', '"\\u001f"', '"\\u001F"', '"\u007f"', '"\u2028"', "'a'",
  '{"a":1,"a":1}', '{"a":1,"a":2}', '{"b":1,"a":2}', '{"a":1,"b":2}', '{"":0}', '{"__proto__":1}', '{"1":0,"10":0,"2":0}', '{"10":0,"2":0,"1":0}', '{"é":1,"z":2}', '{"z":1,"é":2}', '{"\ufb33":1,"\u{1f600}":2}', '{"\u{1f600}":1,"\ufb33":2}', '{"\\u0061":1}',
  '[]', '{}', '[ ]', '[1,]', '[,1]', '{"a":1,}', 'null', 'true', 'nul', 'True', '\ufeff0', '[1]\n', ' 1', '/**/1',
  nested(27, '[', ']'), nested(28, '[', ']'), nested(29, '[', ']'), nested(30, '[', ']'), nested(31, '[', ']'), nested(32, '[', ']'), nested(30, '{"a":', '}'), nested(31, '{"a":', '}'), nested(15, '[{"a":', '}]'), nested(16, '[{"a":', '}]'), nested(5000, '[', ']'),
]; // prettier-ignore
const values = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HARD) },
  { weight: 1, arbitrary: fc.double().map(String) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }).map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)) },
);
/** Values of values: most hard cases stand somewhere inside. */
const texts = fc.oneof(
  values,
  fc.array(values, { maxLength: 4 }).map((all) => `[${all.join(',')}]`),
  fc.array(fc.tuple(fc.constantFrom('a', 'b', 'a b', 'é', '', '10', '2'), values), { maxLength: 4 }).map((all) => `{${all.map(([key, value]) => `"${key}":${value}`).join(',')}}`), // prettier-ignore
);
/** One more change to the bytes: lone halves of surrogates and broken UTF-8 among them. */
const changed = fc
  .tuple(
    texts,
    fc.nat(),
    fc.option(fc.constantFrom([0xed, 0xa0, 0x80], [0xc3], [0xc0, 0x80], [0x20], [0x5c], [0x22], [0x2c], [0x30], []), {
      freq: 2,
    }),
    fc.nat(2),
  ) // prettier-ignore
  .map(([text, at, put, cut]) => {
    const bytes = [...utf8.encode(text)];
    if (put !== null) bytes.splice(at % (bytes.length + 1), cut, ...put);
    return Uint8Array.from(bytes);
  });

test('the parser takes what is canonical by other means, and nothing else', () => {
  let taken = 0;
  const options = { safeIntegers: true, maxDepth: 32 };
  const check = (bytes: Uint8Array): void => {
    const canonical = isCanonical(bytes, 32);
    assert.equal(accepts(() => parseCanonical(bytes, options), 'CANONICAL_INVALID'), canonical, Buffer.from(bytes).toString().slice(0, 200)); // prettier-ignore
    if (canonical) taken++;
  };
  for (const text of HARD) check(utf8.encode(text));
  fc.assert(fc.property(changed, check), { numRuns: 20_000 });
  assert.ok(taken > 1000, `${taken} were canonical`);
});

const scanner = new ReceiptScanner('test', LOG);
const body = buildReceipt({ kind: 'run', stream: 's', subject: [], parents: [], materials: [], plugin: null, method: null, params: null, env: { a: 1 }, result: 'R', comparators: [] }, PLACE).body; // prettier-ignore
const [before = '', after = ''] = body.split('"R"');
const receiptWith = (result: Uint8Array): Uint8Array =>
  Uint8Array.from([...utf8.encode(before), ...result, ...utf8.encode(after)]);

/** What the scanner takes, the parser takes; and of what is plain ASCII without escapes the scanner takes all that the parser takes. */
function agree(bytes: Uint8Array): boolean {
  const padded = Uint8Array.from([0x7d, ...bytes, 0x30]);
  const fast = scanner.scan(padded, 1, padded.length - 1);
  const slow = accepts(() => parseReceipt(bytes), 'RECEIPT_INVALID');
  const plain = bytes.every((byte) => byte >= 0x20 && byte < 0x7f && byte !== 0x5c);
  assert.ok(fast ? slow : !(slow && plain), `${fast} ${slow} ${Buffer.from(bytes).toString().slice(0, 400)}`);
  return fast;
}

test('fast and slow never differ over receipts whose result is nearly canonical', () => {
  let taken = 0;
  for (const text of HARD) agree(receiptWith(utf8.encode(text)));
  fc.assert(
    fc.property(changed, (result) => void (agree(receiptWith(result)) && taken++)),
    { numRuns: 20_000 },
  );
  assert.ok(taken > 1000, `${taken} were taken`);
});

test('… nor where the size is at its limit', () => {
  for (const more of [-1, 0, 1, 2]) {
    const room = MAX_RECEIPT_BYTES - before.length - after.length - 2 + more;
    assert.equal(agree(receiptWith(utf8.encode(`"${'x'.repeat(room)}"`))), more <= 0);
    agree(receiptWith(utf8.encode(`"${'é'.repeat(room / 2)}"`)));
  }
});

test('… nor with an unknown field anywhere: only `env` takes another', () => {
  const env = body.indexOf('{"a":1') + 1;
  for (const { index } of body.matchAll(/[{,]/g))
    for (const field of ['"a":1,', '"zz":1,', '"_type":1,', '"kind":"run",', '"":0,']) {
      const taken = agree(utf8.encode(body.slice(0, index + 1) + field + body.slice(index + 1)));
      assert.ok(!taken || index + 1 === env, `${field} at ${index}`);
    }
});
