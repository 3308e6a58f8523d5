/** A run in one file fails by the same codes as the same run in a file for each receipt. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryLog, sealedRun, signer, type Twist } from '#common/bundle/bundle.fixture.ts';
import { LONG_RUN, manifestText, isListed, PATHS } from '#common/bundle/layout.ts';
import { sha256Hex } from '#crypto';
import { first as strange } from '#common/keys/keyed.fixture.ts';
import { formatVkey } from '#common/tlog/note.ts';
import { verifyBundle, type VerifyReport } from './verify.ts';
import { readZip, writeZip } from '#common/zip/zip.ts';

const policy = { logs: [formatVkey(signer)] };
const failed = ({ checks }: VerifyReport): string[] => checks.filter(({ ok }) => ok === false).map(({ code }) => code);
const verify = (files: ReadonlyMap<string, Uint8Array>): Promise<VerifyReport> =>
  verifyBundle(writeZip(files), { policy });
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const bytes = (said: string): Uint8Array => new TextEncoder().encode(said);
const long = readZip(sealedRun({ long: true }).zip);

/** The long run with its lines changed; `hidden`: the manifest fits again. */
function edited(change: (lines: string[]) => readonly string[], hidden = true): Map<string, Uint8Array> {
  const files = new Map(long);
  const lines = text(files.get(LONG_RUN.receipts)).split('\n').slice(0, -1);
  files.set(
    LONG_RUN.receipts,
    bytes(
      change(lines)
        .map((line) => `${line}\n`)
        .join(''),
    ),
  );
  const listed = [...files].filter(([path]) => isListed(path)).map(([path, one]) => [path, sha256Hex(one)] as const);
  if (hidden) files.set(PATHS.manifest, bytes(manifestText(new Map(listed))));
  return files;
}

test('an honest run holds in both forms, and says the same but for the files', async () => {
  const [one, many] = [await verifyBundle(sealedRun({ long: true }).zip, { policy }), await verifyBundle(sealedRun().zip, { policy })]; // prettier-ignore
  assert.deepEqual(failed(one), []);
  assert.deepEqual([one.root, one.receipts, one.notebook, one.title], [many.root, many.receipts, many.notebook, many.title]); // prettier-ignore
  const told = ({ checks }: VerifyReport): unknown => checks.map(({ code, ok }) => [code, ok]);
  assert.deepEqual(told(one), told(many));
  assert.deepEqual(one.checks.find(({ code }) => code === 'PARENTS'), many.checks.find(({ code }) => code === 'PARENTS')); // prettier-ignore
});

const EDITS: Readonly<
  Record<string, readonly [change: (lines: string[]) => readonly string[], codes: readonly string[]]>
> = {
  'a letter': [(lines) => lines.with(2, lines[2]!.replace('"name":"a"', '"name":"z"')), ['INCLUSION', 'CELLS']],
  'an edit that breaks the schema': [
    (lines) => lines.with(2, lines[2]!.replace('"kind":"cell"', '"kind":"sell"')),
    ['RECEIPTS'],
  ],
  spaces: [(lines) => lines.with(1, lines[1]!.replace('"kind"', ' "kind"')), ['RECEIPTS']],
  'a line taken out': [(lines) => lines.toSpliced(2, 1), ['INCLUSION', 'OPEN_CLOSE', 'CELLS']],
  'the last taken away': [(lines) => lines.slice(0, -1), ['INCLUSION', 'OPEN_CLOSE']],
  'a line twice': [(lines) => [...lines, lines[1]!], ['RECEIPTS']],
  'two changed about': [(lines) => [lines[0]!, lines[1]!, lines[3]!, lines[2]!, lines[4]!], ['INCLUSION']],
  'an empty line': [(lines) => [...lines, ''], ['RECEIPTS']],
  'none left': [() => [], ['INCLUSION', 'OPEN_CLOSE', 'CELLS', 'CONTENTS']],
};
for (const [what, [change, codes]] of Object.entries(EDITS))
  test(`fails by its own codes: ${what}`, async () => {
    assert.deepEqual(failed(await verify(edited(change, false))).slice(0, 1), ['FILES']);
    assert.deepEqual(failed(await verify(edited(change))), ['CRATE', 'SEALED', ...codes]);
  });

test('an edited receipt is located by the one behind it, which names what it was', async () => {
  const { checks } = await verify(edited(EDITS['a letter']![0]));
  const said = checks.find(({ code }) => code === 'INCLUSION')!.detail;
  assert.match(said, /receipts\/run\.jsonl, line 4 does not name the receipt before it\.$/);
});

test('a file of its own beside the run, and a proof that is not its own, have no place', async () => {
  const [first] = text(long.get(LONG_RUN.receipts)).split('\n');
  const beside = new Map(long).set('receipts/000000-open.json', bytes(first!));
  assert.deepEqual(failed(await verify(beside)).slice(0, 2), ['MANIFEST', 'RECEIPTS']);
  const proof = text(long.get(LONG_RUN.proof));
  for (const [from, to] of [
    ['entries 2 7', 'entries 1 6'],
    ['entries 2 7', 'entries 2 6'],
    ['log.example/test\n', 'log.example/tesu\n'],
  ] as const)
    // prettier-ignore
    assert.deepEqual(failed(await verify(new Map(long).set(LONG_RUN.proof, bytes(proof.replace(from, to))))), ['INCLUSION']);
  const without = new Map(long);
  without.delete(LONG_RUN.proof);
  assert.deepEqual(failed(await verify(without)), ['INCLUSION']);
  const many = readZip(sealedRun().zip);
  assert.deepEqual(failed(await verify(new Map(many).set(LONG_RUN.proof, bytes(proof)))), ['INCLUSION']);
});

/** Lets a key that nobody named sign some receipt in the middle of a run. */
class Usurped extends MemoryLog {
  override append(given: Parameters<MemoryLog['append']>[0], by?: Parameters<MemoryLog['append']>[1]) {
    return super.append(given, given.kind === 'cell' ? strange : by);
  }
}

/** Sealed by a log that plays along. */
const DISHONEST: Readonly<Record<string, readonly [twist: Twist, code: string]>> = {
  'another count': [{ close: { result: { count: 9, outcome: 'done', root: sealedRun().root } } }, 'OPEN_CLOSE'],
  'a run that failed': [{ close: { result: { count: 5, outcome: 'failed', root: sealedRun().root } } }, 'OPEN_CLOSE'],
  'another cell': [{ cell: { subject: [{ name: 'c', digest: { sha256: '0'.repeat(64) } }] } }, 'CELLS'],
  'a deployment that nobody validated': [
    { second: { kind: 'gate', result: { gate: 'deployment', passed: true } } },
    'GATES',
  ],
  'a signer that nobody named': [
    {
      get log() {
        return new Usurped();
      },
    },
    'KEYS',
  ],
  'a receipt left out': [{ receipts: (all) => all.toSpliced(2, 1) }, 'STREAM'],
  'a parent of nowhere': [{ cell: { parents: [{ digest: '1'.repeat(64), role: 'call' }] } }, 'PARENTS'],
  'a role that no cell has': [{ cell: { parents: [{ digest: '1'.repeat(64), role: 'previous' }] } }, 'LINEAGE'],
};
for (const [what, [twist, code]] of Object.entries(DISHONEST))
  test(`both forms refuse what a dishonest log seals: ${what}`, async () => {
    const [one, many] = [await verifyBundle(sealedRun({ ...twist, long: true }).zip, { policy }), await verifyBundle(sealedRun({ ...twist }).zip, { policy })]; // prettier-ignore
    assert.deepEqual(failed(one), failed(many));
    assert.ok(failed(one).includes(code), failed(one).join(' '));
  });

test('both forms hold an inference of the run to a gate outside it', async () => {
  for (const passed of [true, false]) {
    const run = (inOne: boolean): Uint8Array => {
      const log = new MemoryLog();
      const made = [{ name: 'model', digest: { sha256: '5'.repeat(64) } }];
      const model = log.append({ kind: 'model', stream: 'org', subject: made });
      const about = [{ digest: model.id, role: 'model' } as const];
      const gate = log.append({ kind: 'gate', stream: 'org', result: { gate: 'deployment', passed }, parents: about });
      const second = {
        kind: 'inference',
        subject: [],
        parents: [{ digest: gate.id, role: 'gate' }, ...about],
      } as const;
      return sealedRun({ log, second, long: inOne, receipts: (all) => [...all, model, gate] }).zip;
    };
    const [one, many] = [await verifyBundle(run(true)), await verifyBundle(run(false))];
    assert.deepEqual(failed(one), failed(many));
    assert.match(
      one.checks.find(({ code }) => code === 'GATES')!.detail,
      passed ? /no validation gate/ : /let nothing pass/,
    );
  }
});
