import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { sha256Hex } from '#crypto';
import { MemoryLog, signer } from '#common/bundle/bundle.fixture.ts';
import { PACK_PATHS } from '#common/bundle/layout.ts';
import { formatVkey } from '#common/tlog/note.ts';
import { busyLog, packOf, second, type PackTwist } from './pack.fixture.ts';
import { PAGE_VERSION } from './page.ts';
import { parsePeriod } from './period.ts';
import { parseReceipt } from '#common/receipt/receipt.ts';
import { VERIFY_CHECKS, verifyBundle, type VerifyReport } from '#common/verify/verify.ts';
import { readZip } from '#common/zip/zip.ts';

const policy = { logs: [formatVkey(signer)] };
const text = (zip: Uint8Array, path: string): string => new TextDecoder().decode(readZip(zip).get(path));
const failed = ({ checks }: VerifyReport): string[] => checks.filter(({ ok }) => ok === false).map(({ code }) => code);
const found = ({ checks }: VerifyReport, code: string) => checks.find((check) => check.code === code);
/** Seconds that receipts claim, one after the other. */
const CLOCK = [0, 10, 5, 20, 15, 30, 25, 40, 35, 50, 45, 60];
const NOT_OF_A_PACK = ['NOTEBOOK', 'ENVIRONMENT', 'COMPARATORS', 'CELLS', 'ROOT', 'CONTENTS', 'CARRIED'];

describe('an audit pack', () => {
  it('verifies: every check that a pack has, in the order of the table', async () => {
    const report = await verifyBundle(await packOf(busyLog(), second(3), second(14)), { policy });
    assert.deepEqual(failed(report), []);
    assert.deepEqual(
      report.checks.map(({ code }) => code),
      Object.keys(VERIFY_CHECKS).filter((code) => !NOT_OF_A_PACK.includes(code)),
    );
    assert.deepEqual([report.kind, report.org, report.receipts], ['pack', 'test', 11]);
    assert.match(report.title ?? '', /^Audit pack of test, 10 November 2026, 00:00:03 to 10 November 2026, 00:00:14$/);
  });

  it('holds just what the period’s claims say, whichever period it is', async () => {
    const log = busyLog();
    const size = log.receipts.length;
    for (const from of [-5, 0, 1, 2, 7, 8, size - 1])
      for (const to of [-4, 1, 2, 3, 8, size, size + 9].filter((end) => end > from)) {
        const zip = await packOf(busyLog(), second(from), second(to));
        const report = await verifyBundle(zip, { policy });
        assert.deepEqual(failed(report), [], `${from} to ${to}`);
        const expected = log.receipts.slice(Math.max(0, from), Math.max(0, to));
        assert.equal(report.receipts, expected.length, `${from} to ${to}`);
        const lines = text(zip, PACK_PATHS.receipts).split('\n').slice(0, -1);
        const before = from > 0 ? 1 : 0;
        assert.deepEqual(
          lines.slice(before, before + expected.length),
          expected.map(({ body }) => body),
        );
        assert.equal(lines.length, before + expected.length + 1);
      }
  });

  it('of neighbouring periods overlaps where a clock went backwards, and says so', async () => {
    const odd = (): MemoryLog => {
      const log = new MemoryLog(signer, 'test', (n) => second(CLOCK[n] ?? 90));
      for (let n = 0; n < CLOCK.length; n++) log.append({ kind: 'run', stream: 'org' });
      return log;
    };
    const times = odd().receipts.map(({ body }) => parseReceipt(body).predicate.time);
    const seen = new Set<string>();
    for (let at = 0; at < 60; at += 10) {
      const zip = await packOf(odd(), second(at), second(at + 10));
      const report = await verifyBundle(zip, { policy });
      assert.deepEqual(failed(report), []);
      const inside = times.filter((time) => time >= second(at) && time < second(at + 10));
      const lines = text(zip, PACK_PATHS.receipts);
      for (const time of inside) assert.ok(lines.includes(time), time);
      for (const time of inside) seen.add(time);
      if (at === 10) assert.match(found(report, 'PERIOD')!.detail, /claim a time outside of it/);
    }
    assert.equal(seen.size, new Set(times.filter((time) => time < second(60))).size);
  });

  it('says what went wrong in the period, and lets no name dress up as markup', async () => {
    const page = text(await packOf(busyLog(), second(0), second(99)), PACK_PATHS.page);
    for (const said of [
      'gate stopped',
      'never closed',
      '“Fails at noon” ended “failed”',
      '1 DIVERGED',
      'Begun &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; ⟨U+202E⟩hidden',
      'datasets/patients/patients.csv',
      'release 4',
    ])
      assert.ok(page.includes(said), said);
    const linked = page.replaceAll('xmlns="http://www.w3.org/2000/svg"', '');
    assert.doesNotMatch(linked, /<script|\son\w+=|https?:|src=|@import|url\(/);
    const calm = text(await packOf(busyLog(), second(0), second(8)), PACK_PATHS.page);
    assert.match(calm, /None: every run that was begun was closed/);
  });

  it('has a page that changes its form only with its number', async () => {
    const page = text(await packOf(busyLog(), second(0), second(99)), PACK_PATHS.page);
    const known: Readonly<Record<number, string>> = {
      1: 'a12de8d06886499a6065128dc2ae1bb77ff523d4971d97c1c600aeb6cd2505ba',
      // But for its number the same.
      2: '63a35b9f2446a6bb6bdd48c19971d5df3061ff9f6be933cd44635a7db1d14dce',
    };
    assert.equal(sha256Hex(page), known[PAGE_VERSION], 'raise PAGE_VERSION, or packs that were given away fail REPORT');
  });

  it('written in a form of another number is not judged by its words', async () => {
    const report = await verifyBundle(
      await packOf(busyLog(), second(0), second(9), { period: (period) => ({ ...period, page: 3 }) }),
      { policy },
    );
    assert.deepEqual([failed(report), found(report, 'REPORT')!.ok], [[], null]);
  });

  it('shows gates from before the period to those that follow from them', async () => {
    const zip = await packOf(busyLog(), second(12), second(13));
    const report = await verifyBundle(zip, { policy });
    assert.deepEqual([failed(report), report.receipts], [[], 1]);
    assert.match(found(report, 'GATES')!.detail, /1 held to their gates/);
    const without = await packOf(busyLog(), second(12), second(13), {
      outside: (all) => all.filter(({ body }) => !body.includes('"validation"')),
    });
    const blind = await verifyBundle(without, { policy });
    assert.deepEqual([failed(blind), found(blind, 'PARENTS')!.ok], [[], null], 'what is not there is not called good');
  });
});

describe('an organisation that has the log’s key', () => {
  const utf8 = new TextEncoder();
  const dishonest: Readonly<Record<string, readonly [PackTwist, ...string[]]>> = {
    'leaves out the first': [{ period: (p) => ({ ...p, first: p.first + 1, start: p.start + 1 }) }, 'PERIOD'],
    'leaves out the last': [{ period: (p) => ({ ...p, end: p.end - 1, stop: p.stop - 1 }) }, 'PERIOD'],
    'takes one more at the beginning': [
      { period: (p) => ({ ...p, first: p.first - 1, start: p.start - 1 }) },
      'PERIOD',
    ],
    'takes one more at the end': [{ period: (p) => ({ ...p, end: p.end + 1, stop: p.stop + 1 }) }, 'PERIOD'],
    'announced a shorter period': [{ announced: { from: second(5), to: second(14) } }, 'PERIOD'],
    'announced a longer period': [{ announced: { from: second(3), to: second(16) } }, 'PERIOD'],
    'moves the end by a day': [{ period: (p) => ({ ...p, to: '2026-11-11T00:00:00.000Z' }) }, 'PERIOD'],
    'drops a receipt inside': [{ lines: (lines) => lines.toSpliced(4, 1) }, 'RECEIPTS'],
    'swaps two receipts': [{ lines: (lines) => [lines[0]!, lines[2]!, lines[1]!, ...lines.slice(3)] }, 'INCLUSION', 'STREAM'], // prettier-ignore
    'puts in a receipt twice': [{ lines: (lines) => lines.with(4, lines[3]!) }, 'RECEIPTS'],
    'edits a receipt': [{ lines: (lines) => lines.with(4, lines[4]!.replace('"seed":1', '"seed":2').replace('"nonce":"0', '"nonce":"1')) }, 'INCLUSION', 'STREAM'], // prettier-ignore
    'carries what has nothing to do with it': [
      { outside: (all) => [...all, ...busyLog().receipts.slice(1, 2)] },
      'PARENTS',
    ],
    'leaves out the announcement': [
      { outside: (all) => all.filter(({ body }) => !body.includes('announced')) },
      'PERIOD',
    ],
    'writes a kinder page': [
      { files: (files) => files.set(PACK_PATHS.page, utf8.encode('<p>All is well.')) },
      'REPORT',
    ],
    'writes another README': [{ files: (files) => files.set(PACK_PATHS.readme, utf8.encode('# Nothing')) }, 'REPORT'],
  };
  for (const [what, [twist, ...codes]] of Object.entries(dishonest))
    it(what, async () => {
      const report = await verifyBundle(await packOf(busyLog(), second(3), second(14), twist), { policy });
      for (const code of codes) assert.ok(failed(report).includes(code), `${code}: ${failed(report).join(', ')}`);
      assert.equal(report.ok, false);
    });

  it('skips a gate, and the pack of that day fails by it', async () => {
    const log = busyLog();
    const model = log.receipts.findLast(({ body }) => parseReceipt(body).predicate.kind === 'model')!;
    log.append({ kind: 'gate', stream: 'org', result: { gate: 'deployment', passed: true }, parents: [{ digest: model.id, role: 'model' }] }); // prettier-ignore
    const zip = await packOf(log, second(19), second(30));
    const report = await verifyBundle(zip, { policy });
    assert.deepEqual(failed(report), ['GATES']);
    assert.match(found(report, 'GATES')!.detail, /follows from no validation gate/);
    assert.match(text(zip, PACK_PATHS.page), /skipped gate/);
  });
});

it('whatever receipts say, the page says it again the same, and no check stumbles', async () => {
  const said = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.record({
      toString: fc.constant(1),
      title: fc.jsonValue({ maxDepth: 1 }),
      gate: fc.constantFrom('validation', 'deployment', 7, null),
      passed: fc.constantFrom(true, false, 'yes', null),
      outcome: fc.constantFrom('done', 'failed', { toString: 1 }, null),
      count: fc.constantFrom(1, 2, { toString: 1 }, null),
      pack: fc.constantFrom('announced', 'sealed', 3),
      ok: fc.boolean(),
      counts: fc.constantFrom({ DIVERGED: 2 }, { DIVERGED: 'x' }, 'none', null),
      root: fc.constantFrom('ab'.repeat(32), 'x', 4),
    }),
  );
  const kinds = [
    'run',
    'cell',
    'gate',
    'open',
    'close',
    'seal',
    'reproduce',
    'archive',
    'decision',
    'dataset',
  ] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...kinds), fc.constantFrom('a', 'b'), said), { minLength: 1, maxLength: 12 }),
      async (receipts) => {
        const log = new MemoryLog();
        for (const [kind, stream, result] of receipts) log.append({ kind, stream, result: canonical(result) });
        const report = await verifyBundle(await packOf(log, second(0), second(99)), { policy });
        // What they say may break the rules of runs and gates; that they were logged is proved all the same.
        assert.deepEqual(
          failed(report).filter((code) => code !== 'OPEN_CLOSE' && code !== 'GATES'),
          [],
        );
        for (const { detail } of report.checks) assert.doesNotMatch(detail, /TypeError|undefined|Cannot/);
      },
    ),
    { numRuns: 150, seed: 6 },
  );
});

/** As it can stand in a receipt: safe integers alone. */
const canonical = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, one: unknown) => (typeof one === 'number' ? Math.trunc(one % 1e9) + 0 : one)),
  );

it('a flipped bit anywhere in a pack is found', async () => {
  const zip = await packOf(busyLog(), second(3), second(14));
  await fc.assert(
    fc.asyncProperty(fc.nat(zip.length - 1), fc.nat(7), async (at, bit) => {
      const report = await verifyBundle(zip.with(at, zip[at]! ^ (1 << bit)), { policy });
      assert.equal(report.ok, false);
    }),
    { numRuns: 200, seed: 6 },
  );
});

it('a period is two days or two moments that exist, in order, and has begun', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  const periods: readonly (readonly [string, string, string?, string?])[] = [
    ['2026-11-01', '2026-11-30', '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
    ['2026-11-21', '2026-11-21', '2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29', '2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2026-11-01T10:00:00Z', '2026-11-01T12:00+01:00', '2026-11-01T10:00:00.000Z', '2026-11-01T11:00:00.000Z'],
    ['2026-11-02', '2026-11-01'],
    ['2026-11-01T10:00:00Z', '2026-11-01T10:00:00Z'],
    ['2026-02-30', '2026-11-01'],
    ['2026-02-30T10:00:00Z', '2026-11-01'],
    ['2026-13-01', '2026-11-01'],
    ['2026-11-22', '2026-11-23'],
    ['2026-11-01', '2026-11-01T25:00:00Z'],
    ['1969-12-31', '2026-11-01'],
    ['2026-11-01', '9999-12-31'],
    ['yesterday', '2026-11-01'],
    ['', ''],
    ['2026-11-01T10:00:00', '2026-11-02'],
    ['2026-11-1', '2026-11-02'],
    [' 2026-11-01', '2026-11-02'],
  ];
  for (const [from, to, first, end] of periods)
    if (first === undefined)
      assert.throws(() => parsePeriod(from, to, now), { code: 'PERIOD_INVALID' }, `${from} ${to}`);
    else assert.deepEqual(parsePeriod(from, to, now), { from: first, to: end });
});
