import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import * as node from './crypto.node.ts';
import * as web from './crypto.web.ts';

const both = [
  ['node', node],
  ['web', web satisfies typeof node],
] as const;
const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));

test('SHA-256 of "abc" is the value of FIPS 180-4, in every form', () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  for (const [, crypto] of both) {
    assert.equal(crypto.sha256Hex('abc'), abc);
    assert.deepEqual(crypto.sha256('abc'), bytes(abc));
    assert.deepEqual(crypto.createSha256().update('a').update(bytes('6263')).digest(), bytes(abc));
    const out = new Uint8Array(40);
    crypto.sha256Into(bytes('616263'), out, 8);
    assert.deepEqual(out.subarray(8), bytes(abc));
  }
});

test('node and web agree on any bytes and any text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary' })), (data) => {
      assert.equal(node.sha256Hex(data), web.sha256Hex(data));
      assert.deepEqual(node.sha256(data), web.sha256(data));
    }),
  );
});

/** Before and after WebAssembly: what the page may compile, and where it may not. */
const sameDigests = (): void => {
  const lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 65_463, 65_464, 65_535, 65_536, 65_537, 200_000];
  const some = fc.oneof(
    fc.uint8Array({ maxLength: 40_000 }),
    fc.constantFrom(...lengths).map((n) => new Uint8Array(n).fill(n)),
  );
  fc.assert(
    fc.property(some, (data) => {
      assert.deepEqual(web.sha256(data), node.sha256(data));
      assert.equal(web.sha256Hex(data), node.sha256Hex(data));
      const [ours, theirs] = [new Uint8Array(40), new Uint8Array(40)];
      web.sha256Into(data, ours, 5);
      node.sha256Into(data, theirs, 5);
      assert.deepEqual(ours, theirs);
      assert.equal(web.crc32(data), node.crc32(data));
      assert.equal(web.crc32(data.subarray(7), web.crc32(data.subarray(0, 7))), node.crc32(data));
    }),
  );
  assert.equal(web.crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
};

const sameOfEach = (): void => {
  const length = fc.oneof(fc.nat(300), fc.constantFrom(0, 55, 56, 64, 65, 65_535, 65_536, 70_000));
  fc.assert(
    fc.property(fc.array(fc.tuple(length, fc.nat(255)), { maxLength: 12 }), (messages) => {
      const bytes = Buffer.concat(messages.map(([n, byte]) => new Uint8Array(n).fill(byte)));
      const ends = messages.map((_, i) => messages.slice(0, i + 1).reduce((sum, [n]) => sum + n, 0));
      const starts = messages.map(([n], i) => ends[i]! - n);
      const expected = messages.map((_, i) => node.sha256(bytes.subarray(starts[i], ends[i])));
      for (const [, crypto] of both) {
        const out = new Uint8Array(32 * messages.length + 1);
        crypto.sha256Each({ bytes, starts, ends, count: messages.length }, out.subarray(1));
        assert.deepEqual(out.subarray(1), new Uint8Array(Buffer.concat(expected)));
      }
    }),
  );
};

test('in JavaScript the digests of pieces, of many messages and checksums are those of Node', () => {
  sameDigests();
  sameOfEach();
});

test('WebAssembly, once it is there, gives the same, whatever was hashed before', async (context) => {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: { instantiate(code: Uint8Array): Promise<unknown> } };
  const compiled = context.mock.method(WebAssembly, 'instantiate');
  await web.prepareCrypto();
  await web.prepareCrypto();
  assert.equal(compiled.mock.callCount(), 1);
  sameDigests();
  sameOfEach();
});

test('streams, one by one and side by side, and one begun and never ended, keep to themselves', async () => {
  await web.prepareCrypto();
  web.createSha256().update('never ended');
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), fc.uint8Array(), (pieces, other) => {
      const [one, two] = [web.createSha256(), web.createSha256()];
      for (const piece of pieces) {
        one.update(piece);
        two.update(other);
        assert.deepEqual(web.sha256(piece), node.sha256(piece));
      }
      assert.deepEqual(one.digest(), node.sha256(Buffer.concat(pieces)));
      assert.deepEqual(two.digest(), node.sha256(Buffer.concat(pieces.map(() => other))));
    }),
  );
});

test('a message of more than 2³² bits has its length in both words', async () => {
  await web.prepareCrypto();
  const piece = new Uint8Array(2 ** 24).fill(3);
  const [ours, theirs] = [web.createSha256(), node.createSha256()];
  for (let i = 0; i < 33; i++) for (const stream of [ours, theirs]) stream.update(piece);
  assert.deepEqual(ours.update('end').digest(), theirs.update('end').digest());
});

// RFC 8032, section 7.1, test 2
const SECRET = bytes('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
const PUBLIC = bytes('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
const SIGNATURE = bytes(
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
);

for (const [name, { ed25519 }] of both) {
  test(`Ed25519 of RFC 8032 (${name}), and its broken twins`, () => {
    assert.deepEqual(ed25519.publicKey(SECRET), PUBLIC);
    assert.deepEqual(ed25519.sign(bytes('72'), SECRET), SIGNATURE);
    assert.equal(ed25519.verify(SIGNATURE, 'r', PUBLIC), true);
    assert.equal(ed25519.verify(SIGNATURE, 's', PUBLIC), false);
    for (let i = 0; i < 64; i++) assert.equal(ed25519.verify(SIGNATURE.with(i, SIGNATURE[i]! ^ 1), 'r', PUBLIC), false);
    for (let i = 0; i < 32; i++) assert.equal(ed25519.verify(SIGNATURE, 'r', PUBLIC.with(i, PUBLIC[i]! ^ 1)), false);
    assert.equal(ed25519.verify(SIGNATURE.subarray(1), 'r', PUBLIC), false);
    const { secretKey, publicKey } = ed25519.generate();
    assert.equal(ed25519.verify(ed25519.sign('hello', secretKey), 'hello', publicKey), true);
  });

  test(`Ed25519 is strict (${name}): S + L, small-order and unreduced keys`, () => {
    const L = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(SIGNATURE.slice(32).reverse()).toString('hex')}`) + L;
    const raised = bytes((s.toString(16).padStart(64, '0').match(/../gu) ?? []).toReversed().join(''));
    assert.equal(ed25519.verify(Uint8Array.from([...SIGNATURE.subarray(0, 32), ...raised]), 'r', PUBLIC), false);
    // With A and R the neutral point and S = 0 the equation holds for every message.
    const identity = new Uint8Array(32).with(0, 1);
    assert.equal(ed25519.verify(Uint8Array.from([...identity, ...new Uint8Array(32)]), 'r', identity), false);
    const unreduced = bytes(`ee${'ff'.repeat(30)}7f`); // 2^255 − 18 = 1 (mod p)
    assert.equal(ed25519.verify(Uint8Array.from([...identity, ...new Uint8Array(32)]), 'r', unreduced), false);
  });
}
