import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signer, stranger } from '#common/bundle/bundle.fixture.ts';
import { AssayError } from '#common/errors.ts';
import { COSIGNATURE_KEY, formatVkey, vkeyOf } from '#common/tlog/note.ts';
import { policyInWords, readPolicy } from './text.ts';

const [ours, theirs] = [formatVkey(signer), formatVkey(stranger)];
const witnesses = [1, 2, 3].map((n) => formatVkey(vkeyOf(`w${n}`, new Uint8Array(32).fill(n), COSIGNATURE_KEY)));
const rest = witnesses.map((vkey, index) => `witness w${index + 1} ${vkey}\n`).join('');

test('keys alone, a tlog-policy and JSON that say the same are the same policy', () => {
  const expected = { logs: [ours, theirs] };
  for (const text of [
    `${ours}\n${theirs}`,
    `\n# ours\n${ours}\n\n  ${theirs}  \r\n`.replace('\r', ''),
    `log ${ours}\nlog ${theirs}\nquorum none\n`,
    JSON.stringify(expected),
    `\n  ${JSON.stringify(expected, null, 2)}\n`,
  ])
    assert.deepEqual(readPolicy(text), expected, text);
});

test('says what a policy asks for', () => {
  const text = `log ${ours}\n${rest}group g 2 w1 w2 w3\nquorum g\n#assay max-age 7d\n#assay org lab\n`;
  assert.deepEqual(policyInWords(readPolicy(text)), ['one log', 'only the organisation “lab”', '2 of 3 witnesses', 'seen by them in the last 7 days']); // prettier-ignore
  assert.deepEqual(policyInWords(readPolicy(`log ${ours}\nlog ${theirs}\n${rest}quorum w1\n`)), ['any of 2 logs', 'the witness w1']); // prettier-ignore
  const [day, odd] = [86_400, 90].map((maxAge) => policyInWords({ logs: [ours], maxAge }).at(-1));
  assert.deepEqual([day, odd], ['seen by them in the last day', 'seen by them in the last 90 seconds']);
});

test('a fault is told with its line or field, whatever the form', () => {
  for (const [text, where] of [
    ['', undefined],
    ['# nobody\n', undefined],
    [`${ours}\n${ours}\n`, 'line 2'],
    [`# first\n${ours.slice(0, -3)}\n`, 'line 2'],
    [`${ours}\nquorum none\n`, 'line 1'],
    [`log ${ours}\nquorum w\n`, 'line 2'],
    [`{"logs":["${ours}"],"org":""}`, 'org'],
    [`{"logs":["x"]}`, 'logs[0]'],
    ['{', 'policy'],
  ] as const)
    assert.throws(
      () => readPolicy(text),
      (error: unknown) => error instanceof AssayError && error.code === 'POLICY_INVALID' && error.where === where,
      text,
    );
});
