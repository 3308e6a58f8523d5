/** Keys over HTTP: what is listed, changed and refused, as the OpenAPI document says it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonBody, start } from './server-harness.ts';

const { ask, fits, event, url } = await start();

interface Listed {
  readonly log: string;
  readonly keys: readonly {
    readonly name: string;
    readonly until: number | null;
    readonly revoked: { at: number } | null;
  }[];
  readonly tags: { readonly working: boolean } | null;
}
const list = async (): Promise<Listed> => (await fits(await ask('/keys'), '/keys')) as Listed;
const change = (body: object): Promise<Response> => ask('/keys', jsonBody(body));
const made = async (body: object): Promise<{ index: number }> =>
  (await fits(await change(body), '/keys', 'post')) as { index: number };

test('keys are listed, rotated, revoked and made for tags; each change is a receipt, and told', async () => {
  assert.equal((await list()).keys.length, 1);
  const rotated = await made({ event: 'rotate', reason: 'a new year' });
  await event((heard) => heard.type === 'receipt' && heard.kind === 'key' && heard.index === rotated.index);
  const { keys, log } = await list();
  assert.deepEqual([keys.length, keys[0]!.until], [2, rotated.index]);
  assert.equal(await (await ask('/log/key')).text(), log, 'the log’s own key stays');
  const revoked = await made({ event: 'revoke', key: keys[1]!.name });
  await made({ event: 'tag', master: '07'.repeat(32) });
  const now = await list();
  assert.deepEqual([now.keys[1]!.revoked!.at, now.keys.length, now.tags!.working], [revoked.index, 3, true]);
  assert.ok(!JSON.stringify(now).includes('07'.repeat(32)));
});

const REFUSED: readonly (readonly [body: object, status: number, code: string])[] = [
  [{ event: 'revoke' }, 400, 'INPUT_INVALID'],
  [{ event: 'revoke', key: 'deadbeef' }, 422, 'KEY_INVALID'],
  [{ event: 'tag' }, 400, 'INPUT_INVALID'],
  [{ event: 'tag', master: '07'.repeat(31) }, 400, 'INPUT_INVALID'],
  [{ event: 'tag', master: '07'.repeat(32) }, 422, 'KEY_INVALID'],
  [{ event: 'policy' }, 400, 'INPUT_INVALID'],
  [{ event: 'create' }, 400, 'INPUT_INVALID'],
  [{ event: 'rotate', at: 3 }, 400, 'INPUT_INVALID'],
  [{}, 400, 'INPUT_INVALID'],
];
test('what can’t be is refused with its code, and leaves no receipt', async () => {
  const before = await list();
  for (const [body, status, code] of REFUSED) {
    const reply = await change(body);
    const error = (await reply.json()) as { code: string };
    assert.deepEqual([reply.status, error.code], [status, code], JSON.stringify(body));
  }
  assert.deepEqual(await list(), before);
  assert.equal((await fetch(`${url}/api/v1/keys`)).status, 401);
});
