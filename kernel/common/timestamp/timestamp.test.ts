import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { randomBytes } from '#crypto';
import { AssayError } from '#common/errors.ts';
import { timestampRequest, verifyTimestamp } from './timestamp.ts';
import { makeAuthority, type Authority, type AuthorityOptions } from '../../../test/openssl-authority.ts';

const made: Authority[] = [];
after(() => made.forEach((authority) => authority.remove()));
const authority = (options?: AuthorityOptions): Authority => {
  const one = makeAuthority(options);
  made.push(one);
  return one;
};
const refused =
  (why: RegExp) =>
  (error: unknown): boolean =>
    error instanceof AssayError && error.code === 'TIMESTAMP_INVALID' && why.test(error.message);

const data = new TextEncoder().encode('log.example\n5\nroot\n\n— log.example signature\n');
const other = new TextEncoder().encode('another checkpoint');
const nonce = randomBytes(16);
const good = authority();
const request = timestampRequest(data, nonce);
const reply = good.reply(request);
const roots = [good.root];

describe('an authority of OpenSSL', () => {
  for (const options of [{ kind: 'rsa' }, { kind: 'p384' }, { kind: 'p256', essHash: 'sha1' }] as const) {
    it(`answers ours and is believed: ${JSON.stringify(options)}`, async () => {
      const one = authority(options);
      const answer = one.reply(request);
      assert.equal(one.verifies(answer, data), true);
      const began = Date.now();
      const stamp = await verifyTimestamp(answer, data, { nonce, roots: [one.root] });
      assert.ok(Math.abs(stamp.genTime - began) < 3_600_000);
      assert.equal(stamp.accuracy, 1501);
      assert.ok(stamp.before > stamp.genTime);
    });
  }

  it('is not believed about another thing, by another request, or when nobody trusts it', async () => {
    assert.ok(await verifyTimestamp(reply, data, { nonce, roots }));
    assert.ok(await verifyTimestamp(reply, data, { roots: null }), 'whole, and nobody’s in particular');
    await assert.rejects(verifyTimestamp(reply, other, { nonce, roots }), refused(/something else/));
    assert.equal(good.verifies(reply, other), false);
    await assert.rejects(verifyTimestamp(reply, data, { nonce: randomBytes(16), roots }), refused(/nonce/));
    await assert.rejects(verifyTimestamp(reply, data, { nonce, roots: [authority().root] }), refused(/that you trust/));
    await assert.rejects(verifyTimestamp(reply, data, { nonce, roots: [] }), refused(/that you trust/));
  });

  it('is not believed with a certificate that has expired, or is not for stamping alone', async () => {
    const twin = authority();
    assert.ok(
      await verifyTimestamp(twin.resign(good.reply(request)), data, { nonce, roots: [twin.root] }),
      'a good certificate is',
    );
    for (const [options, why] of [
      [{ expired: true }, /valid at that time/],
      [{ extensions: 'uncritical' }, /not for time stamping/],
      [{ extensions: 'more' }, /not for time stamping/],
    ] as const) {
      const one = authority(options);
      const answer = one.resign(good.reply(request));
      await assert.rejects(verifyTimestamp(answer, data, { nonce, roots: [one.root] }), refused(why));
    }
  });

  it('a refusal is no time stamp', async () => {
    const answer = good.reply(Uint8Array.of(0x30, 0x00));
    await assert.rejects(verifyTimestamp(answer, data, { roots }), refused(/did not grant/));
  });
});

it('no byte of a time stamp can be altered, cut or added', async () => {
  for (let at = 0; at < reply.length; at++) {
    const altered = reply.with(at, reply[at]! ^ (1 << (at % 8)));
    await assert.rejects(verifyTimestamp(altered, data, { roots }), { code: 'TIMESTAMP_INVALID' }, `byte ${at}`);
  }
  for (const at of [0, 1, 10, 100, reply.length - 1])
    await assert.rejects(verifyTimestamp(reply.subarray(0, at), data, { roots }), { code: 'TIMESTAMP_INVALID' });
  await assert.rejects(verifyTimestamp(Uint8Array.of(...reply, 0), data, { roots }), { code: 'TIMESTAMP_INVALID' });
});
