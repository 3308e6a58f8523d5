import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signer } from '#common/bundle/bundle.fixture.ts';
import { AssayError } from '#common/errors.ts';
import { COSIGNATURE_KEY, formatVkey, noteSigner } from '#common/tlog/note.ts';
import { parsePolicyJson } from './json.ts';

const log = formatVkey(signer);
const witness = formatVkey(noteSigner('witness.example/1', new Uint8Array(32).fill(1), COSIGNATURE_KEY));
/** A certificate of nobody in particular. */
const ROOT =
  'MIIBODCB66ADAgECAhQMt5yuNC7Oxl0K9mzQmqA0Li7KfDAFBgMrZXAwETEPMA0GA1UEAwwGTm9ib2R5MCAXDTI2MTEyMTE1NTQxMVoYDzIxMjYxMDI4MTU1NDExWjARMQ8wDQYDVQQDDAZOb2JvZHkwKjAFBgMrZXADIQAFNniCGA6PklLjYPMucPKZgb47DVPEAK3Zb46211COp6NTMFEwHQYDVR0OBBYEFKcOZbbtMoD/COMNcMYggeAkpixyMB8GA1UdIwQYMBaAFKcOZbbtMoD/COMNcMYggeAkpixyMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EASLw/IsbrOVqkTexhH+muBaNCNBXI7Ily71muup3KGNGG6VMO1BrDmpdk6giCKOf00chFudrCkdbNpKPz+7ArAw==';
/** The same key under another name is the same witness. */
const renamed = formatVkey(noteSigner('witness.example/2', new Uint8Array(32).fill(1), COSIGNATURE_KEY));
const refusedAt =
  (where: string) =>
  (error: unknown): boolean =>
    error instanceof AssayError && error.code === 'POLICY_INVALID' && error.where === where;

test('a policy as JSON: logs, and an organisation and a quorum if they are asked for', () => {
  assert.deepEqual(parsePolicyJson(JSON.stringify({ logs: [log] })), { logs: [log] });
  const full = { logs: [log], org: 'test', quorum: { atLeast: 1, of: [witness] }, maxAge: 3600, authorities: [ROOT] };
  assert.deepEqual(parsePolicyJson(JSON.stringify(full)), full);
});

test('a field that comes twice is refused, not read last', () => {
  const text = `{"logs":["x"],"logs":${JSON.stringify([log])}}`;
  assert.throws(() => parsePolicyJson(text), refusedAt('/logs'));
});

test('nothing in it is read over', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [[], 'policy'],
    [{}, 'logs'],
    [{ logs: [] }, 'logs'],
    [{ logs: [log, 'x'] }, 'logs[1]'],
    [{ logs: [[log]] }, 'logs[0]'],
    [{ logs: [witness] }, 'logs[0]'],
    [{ logs: [log], org: 7 }, 'org'],
    [{ logs: [log], org: '' }, 'org'],
    [{ logs: [log], witnesses: [witness] }, 'witnesses'],
    [{ logs: [log], quorum: log }, 'quorum'],
    [{ logs: [log], quorum: null }, 'quorum'],
    [{ logs: [log], quorum: { atLeast: 0, of: [witness] } }, 'quorum.atLeast'],
    [{ logs: [log], quorum: { atLeast: 2, of: [witness] } }, 'quorum.atLeast'],
    [{ logs: [log], quorum: { atLeast: 2, of: [witness, witness] } }, 'quorum.of[1]'],
    [{ logs: [log], quorum: { atLeast: 2, of: [witness, { atLeast: 1, of: [renamed] }] } }, 'quorum.of[1].of[0]'],
    [{ logs: [log], authorities: [] }, 'authorities'],
    [{ logs: [log], authorities: [ROOT, 'AAAA'] }, 'authorities[1]'],
    [{ logs: [log], authorities: [ROOT.replace('MII', 'MIJ')] }, 'authorities[0]'],
    [{ logs: [log], maxAge: 60 }, 'maxAge'],
    [{ logs: [log], quorum: witness, maxAge: 0 }, 'maxAge'],
    [{ logs: [log], quorum: witness, maxAge: '1d' }, 'maxAge'],
    [{ logs: [log], quorum: { atLeast: 1, of: [{ atLeast: 1, of: ['x'] }] } }, 'quorum.of[0].of[0]'],
  ];
  for (const [policy, where] of cases)
    assert.throws(() => parsePolicyJson(JSON.stringify(policy)), refusedAt(where), where);
  assert.throws(() => parsePolicyJson('{"logs":'), refusedAt('policy'));
});
