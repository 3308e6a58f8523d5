import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssayError } from './errors.ts';
import { COSIGNATURE_KEY, formatVkey, NOTE_KEY, vkeyOf } from './note.ts';
import { isMet, parsePolicy, witnessesIn } from './policy.ts';

const key = (name: string, byte: number, type: typeof NOTE_KEY | typeof COSIGNATURE_KEY): string =>
  formatVkey(vkeyOf(name, new Uint8Array(32).fill(byte), type));
const LOG = key('log.example', 1, NOTE_KEY);
const [X1, X2, X3, Y1] = [2, 3, 4, 5].map((byte) => key(`w${byte}.example`, byte, COSIGNATURE_KEY)) as [
  string,
  string,
  string,
  string,
];
const invalid = (error: unknown): boolean => error instanceof AssayError && error.code === 'POLICY_INVALID';

test('reads the example of the specification', () => {
  const policy = parsePolicy(`
# two groups
log ${LOG} https://log.example
witness X1 ${X1}
\twitness X2 ${X2}
witness X3 ${X3}  https://x3.example
group X-witnesses 2 X1 X2 X3
witness Y1 ${Y1}
group Y-witnesses any Y1
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`);
  assert.deepEqual(policy, {
    logs: [LOG],
    quorum: {
      atLeast: 2,
      of: [
        { atLeast: 2, of: [X1, X2, X3] },
        { atLeast: 1, of: [Y1] },
      ],
    },
  });
  assert.deepEqual(witnessesIn(policy.quorum).map(formatVkey), [X1, X2, X3, Y1]);
  const met = (...signed: readonly string[]): boolean => isMet(policy.quorum!, (vkey) => signed.includes(vkey));
  assert.deepEqual([met(X1, X3, Y1), met(X1, X2, X3), met(X1, Y1), met()], [true, false, false, false]);
});

test('asks for no witness with `quorum none`, and where only logs are named', () => {
  assert.deepEqual(parsePolicy(`log ${LOG}\nquorum none\n`), { logs: [LOG] });
  assert.deepEqual(parsePolicy(`log ${LOG}`), { logs: [LOG] });
});

const WRONG: Readonly<Record<string, string>> = {
  'no log': 'quorum none',
  'an unknown line': `log ${LOG}\nexpires tomorrow`,
  'a key that is none': 'log nonsense\nquorum none',
  'a witness’s key for a log': `log ${X1}\nquorum none`,
  'a log’s key for a witness': `log ${LOG}\nwitness X1 ${LOG}\nquorum X1`,
  'a log twice': `log ${LOG}\nlog ${LOG}\nquorum none`,
  'a witness twice under two names': `log ${LOG}\nwitness a ${X1}\nwitness b ${X1}\nquorum a`,
  'a name twice': `log ${LOG}\nwitness a ${X1}\nwitness a ${X2}\nquorum a`,
  'the name none': `log ${LOG}\nwitness none ${X1}\nquorum none`,
  'witnesses without quorum': `log ${LOG}\nwitness a ${X1}`,
  'two quorum lines': `log ${LOG}\nquorum none\nquorum none`,
  'a quorum that is not defined': `log ${LOG}\nquorum a`,
  'a group before its member': `log ${LOG}\ngroup g any a\nwitness a ${X1}\nquorum g`,
  'a member of two groups': `log ${LOG}\nwitness a ${X1}\ngroup g any a\ngroup h any a\nquorum h`,
  'a member twice': `log ${LOG}\nwitness a ${X1}\ngroup g 2 a a\nquorum g`,
  'a group of nobody': `log ${LOG}\ngroup g all\nquorum g`,
  'more than there are': `log ${LOG}\nwitness a ${X1}\ngroup g 2 a\nquorum g`,
  'none of them': `log ${LOG}\nwitness a ${X1}\ngroup g 0 a\nquorum g`,
  'a control character': `log ${LOG}\r\nquorum none`,
};
for (const [what, text] of Object.entries(WRONG)) {
  test(`refused: ${what}`, () => assert.throws(() => parsePolicy(text), invalid));
}
