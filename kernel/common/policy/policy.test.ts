import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssayError } from '#common/errors.ts';
import { COSIGNATURE_KEY, formatVkey, NOTE_KEY, vkeyOf } from '#common/tlog/note.ts';
import { isMet, parsePolicy, parseWitnessPolicy, witnessesIn } from './policy.ts';

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

test('Assay’s own rules stand in comments, which other readers pass over', () => {
  const rules = (age: string): string =>
    `log ${LOG}\n#assay max-age ${age}\n  #assay org lab\n# assay\n#other\nwitness a ${X1}\nquorum a\n`;
  assert.deepEqual(parsePolicy(rules('90')), { logs: [LOG], quorum: X1, maxAge: 90, org: 'lab' });
  assert.equal(parsePolicy(rules('7d')).maxAge, 604_800);
  assert.equal(parsePolicy(rules('12h')).maxAge, 43_200);
});

test('tells a log whom to ask for cosignatures, and where', () => {
  const text = `witness a ${X1} https://a.example/\nwitness b ${X2}\ngroup g 1 a b\nquorum g\n`;
  assert.deepEqual(parseWitnessPolicy(text), {
    witnesses: [
      { name: 'a', vkey: X1, url: 'https://a.example/' },
      { name: 'b', vkey: X2, url: null },
    ],
    quorum: { atLeast: 1, of: [X1, X2] },
  });
  assert.deepEqual(parseWitnessPolicy(''), { witnesses: [], quorum: null });
  assert.throws(() => parseWitnessPolicy(`witness a ${X1}`), invalid);
});

test('reads 32 logs, 32 witnesses and 32 groups, and names as opaque text', () => {
  const many = Array.from({ length: 32 }, (_, i) => i);
  const text = [
    ...many.map((i) => `log ${key(`log${i}`, 100 + i, NOTE_KEY)}`),
    ...many.map((i) => `witness w${i} ${key(`w${i}`, 200 + i, COSIGNATURE_KEY)}`),
    ...many.map((i) => `group g${i} ${i === 0 ? 'any w0' : `all w${i} g${i - 1}`}`),
    'quorum g31',
  ].join('\n');
  assert.equal(witnessesIn(parsePolicy(text).quorum).length, 32);
  const kelvin = `log ${LOG}\nwitness \u212A ${X1}\nwitness K ${X2}\nquorum K`;
  assert.equal(parsePolicy(kelvin).quorum, X2);
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
  'an unknown rule of Assay’s': `log ${LOG}\n#assay min-age 7d\nquorum none`,
  'an age without a number': `log ${LOG}\n#assay max-age week\nwitness a ${X1}\nquorum a`,
  'an age twice': `log ${LOG}\n#assay max-age 1d\n#assay max-age 2d\nwitness a ${X1}\nquorum a`,
  'an authority that is no certificate': `log ${LOG}\n#assay tsa-root AAAA\nquorum none`,
  'an age that nobody tells': `log ${LOG}\n#assay max-age 1d\nquorum none`,
  'a control character': `log ${LOG}\r\nquorum none`,
};
for (const [what, text] of Object.entries(WRONG)) {
  test(`refused: ${what}`, () => assert.throws(() => parsePolicy(text), invalid));
}
