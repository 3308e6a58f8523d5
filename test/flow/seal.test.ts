/** A notebook is run, sealed, verified, altered and run again, all through the command line as a user has it. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { readZip, writeZip } from '../../kernel/common/zip/zip.ts';
import { makeProject, notebook, serveProject, type Project } from './seal-project.ts';

interface Verified {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly code: string;
    readonly ok: boolean | null;
    readonly what: string;
    readonly detail: string;
  }[];
}
interface Reproduced {
  readonly ok: boolean;
  readonly cells: readonly { readonly id: string; readonly outcome: string; readonly reason?: string }[];
  readonly root: { readonly sealed: string; readonly found: string | null };
  readonly notes: readonly string[];
  readonly receipt: string | null;
}
interface Listed {
  readonly receipts: readonly {
    readonly kind: string;
    readonly stream: string;
    readonly seq: number;
    readonly result: unknown;
    readonly parents: readonly { readonly role: string }[];
  }[];
  readonly unfinished: readonly { readonly stream: string; readonly notebook: string }[];
  readonly check?: { readonly ok: boolean };
}

const HEIGHTS = notebook(
  'title: Heights\nuses: [tiny.double]\ndatasets: [trees]\nseed: 7',
  'sql id=tall name=tall\nSELECT kind, max(height) AS height FROM trees GROUP BY kind ORDER BY kind',
  "ts id=twice\nconst twice = await tiny.double({ x: tall.column('height')[0] });",
  'ts id=sum name=sum\ntwice.y + random()',
  'js id=drawn view\nhtml`<b>${sum}</b>`',
);

let project: Project;
const json = async <T>(...argv: string[]): Promise<T & { readonly code: number | null }> => {
  const { code, out, err } = await project.assay(...argv, '--json');
  assert.notEqual(out, '', err);
  return { ...(JSON.parse(out) as T), code };
};
const zip = (): string => project.path('heights.zip');
const flipped = (find: string): string => {
  const bytes = readFileSync(zip());
  const at = bytes.indexOf(find);
  assert.ok(at > 0, `“${find}” is in the bundle`);
  bytes[at]! ^= 1;
  writeFileSync(project.path('flipped.zip'), bytes);
  return project.path('flipped.zip');
};
const outcomes = ({ cells }: Reproduced): Record<string, string> =>
  Object.fromEntries(cells.map(({ id, outcome }) => [id, outcome]));

before(() => {
  project = makeProject();
  project.write('notebooks/heights.md', HEIGHTS);
});
after(() => project.remove());

describe('assay run', () => {
  it('runs what needs no plugin without a database', async () => {
    project.write('notebooks/plain.md', notebook('seed: 1', 'ts id=a name=a\nMath.sin(1)', 'ts id=b name=b\na + 1'));
    const ran = await json<{ ok: boolean; root: string; cells: { id: string; digest: string }[] }>('run', 'plain');
    assert.equal(ran.code, 0);
    assert.match(ran.root, /^[0-9a-f]{64}$/);
    assert.ok(!existsSync(project.path('.assay/pg')));
  });

  it('gives the same root twice, and shows it', async () => {
    const first = await json<{ root: string; cells: { id: string; receipts?: string[] }[] }>('run', 'heights');
    assert.equal(first.cells.find(({ id }) => id === 'twice')!.receipts!.length, 1);
    const { code, out } = await project.assay('run', 'notebooks/heights.md');
    assert.equal(code, 0);
    assert.match(out, /✓ {2}tall/);
    assert.ok(out.includes(`root ${first.root}`));
  });

  it('ends with 1 and names the line when a cell fails', async () => {
    project.write(
      'notebooks/broken.md',
      notebook('uses: [tiny]', 'ts id=a name=a\n1', 'ts id=b name=b\na.b.c', 'ts id=c name=c\nb'),
    );
    const { code, out } = await project.assay('run', 'broken');
    assert.equal(code, 1);
    assert.match(out, /✗ {2}b .*notebooks\/broken\.md:11 {2}CELL_FAILED/);
    assert.doesNotMatch(out, /root/);
  });

  it('explains itself: help, slips of the finger, options', async () => {
    const misspelt = await project.assay('veryfy', 'x');
    assert.equal(misspelt.code, 2);
    assert.match(misspelt.err, /Did you mean “verify”\?/);
    assert.equal((await project.assay('run', '--help')).code, 0);
    assert.equal((await json<{ code: string }>('run', 'nowhere')).code, 1);
    const wrong = await project.assay('run', 'heights', '--sael');
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /--sael/);
  });
});

describe('assay run --seal, verify, reproduce', () => {
  it('seals with a receipt for every step', async () => {
    const plain = await json<{ root: string }>('run', 'heights');
    const sealed = await json<{ root: string; seal: { file: string } }>('run', 'heights', '--seal', '--out', zip());
    assert.equal(sealed.code, 0);
    assert.equal(sealed.root, plain.root);
    const { receipts } = await json<Listed>('receipts');
    const stream = receipts.at(-1)!.stream;
    const run = receipts.filter((receipt) => receipt.stream === stream);
    assert.deepEqual(run.map(({ kind }) => kind).toSorted(), [
      'cell',
      'cell',
      'cell',
      'close',
      'dataset',
      'open',
      'run',
      'seal',
    ]);
    assert.deepEqual(
      run.map(({ seq }) => seq),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
    const call = run.find(({ kind }) => kind === 'run')!;
    assert.deepEqual(call.parents.map(({ role }) => role).toSorted(), ['cell', 'open']);
  });

  it('verifies, here and without a home', async () => {
    const report = await json<Verified>('verify', zip());
    assert.equal(report.code, 0);
    assert.equal(report.ok, true);
    assert.deepEqual(Object.keys(report.checks[0]!), ['code', 'ok', 'what', 'detail']);
    assert.deepEqual(
      report.checks.filter(({ ok }) => ok !== true).map(({ code }) => code),
      ['SIGNER', 'WITNESSES', 'FRESH', 'TIME', 'ROLLBACK'],
    );
    const { code, out } = await project.assay('verify', zip());
    assert.equal(code, 0);
    assert.match(out, /✓ {2}FILES/);
  });

  it('trusts a log that the policy names, and no other', async () => {
    const { checks } = await json<Verified>('verify', zip());
    assert.equal(checks.find(({ code }) => code === 'SIGNER')!.ok, null);
    const vkey = /proof\/log\.vkey([^\s"]+\+[0-9a-f]{8}\+\S+)\n/.exec(readFileSync(zip(), 'latin1'))![1]!;
    project.write('policy.json', JSON.stringify({ logs: [vkey] }));
    assert.equal((await json<Verified>('verify', zip(), '--policy', project.path('policy.json'))).code, 0);
    project.write('policy.txt', 'log example.com/other+550da9fa+AQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ\n');
    const other = await json<Verified>('verify', zip(), '--policy', project.path('policy.txt'));
    assert.equal(other.code, 1);
  });

  it('names the file of a flipped byte', async () => {
    const report = await json<Verified>('verify', flipped('oak,21.5'));
    assert.equal(report.code, 1);
    const failed = report.checks.filter(({ ok }) => ok === false);
    assert.ok(
      failed.some(({ detail }) => detail.includes('data/datasets/trees/trees.csv')),
      JSON.stringify(failed),
    );
    const { code, out } = await project.assay('verify', flipped('title: Heights'));
    assert.equal(code, 1);
    assert.match(out, /notebook\.md/);
    assert.match(out, /does not hold/);
  });

  it('refuses what is no bundle, whatever it is', async () => {
    for (const [name, bytes] of Object.entries({
      empty: '',
      garbage: 'PK\u0003\u0004 but no more',
      text: 'hello'.repeat(1000),
    })) {
      project.write(name, bytes);
      const report = await json<Verified>('verify', project.path(name));
      assert.equal(report.code, 1);
      assert.equal(report.ok, false);
    }
    assert.match((await project.assay('verify', 'nowhere.zip')).err, /no file “nowhere.zip”.*NOT_FOUND/);
    assert.match((await project.assay('reproduce', project.path('garbage'))).err, /BUNDLE_REFUTED/);
  });

  it('reproduces every cell', async () => {
    const again = await json<Reproduced>('reproduce', zip());
    assert.equal(again.code, 0);
    assert.deepEqual(outcomes(again), { tall: 'IDENTICAL', twice: 'IDENTICAL', sum: 'IDENTICAL' });
    assert.equal(again.root.found, again.root.sealed);
    assert.deepEqual(again.notes, []);
  });

  it('leaves a receipt of the comparison in a home', async () => {
    const again = await json<Reproduced>('reproduce', zip(), '--home', project.path('.assay'));
    assert.match(again.receipt!, /^[0-9a-f]{64}$/);
    const { receipts } = await json<Listed>('receipts', '--kind', 'reproduce');
    assert.deepEqual(
      receipts.at(-1)!.parents.map(({ role }) => role),
      ['seal', 'cell', 'cell', 'cell'],
    );
  });

  it('does not run with another plugin', async () => {
    const code = readFileSync(project.path('plugins/tiny/index.ts'), 'utf8');
    project.write('plugins/tiny/index.ts', code.replace('2 * x', '2 * x + 0'));
    try {
      const again = await json<Reproduced>('reproduce', zip());
      assert.equal(again.code, 1);
      assert.deepEqual(outcomes(again), { tall: 'IDENTICAL', twice: 'NOT-RUN', sum: 'NOT-RUN' });
      assert.match(again.notes.join(), /plugin “tiny” was sealed as 1\.0\.0/);
    } finally {
      project.write('plugins/tiny/index.ts', code);
    }
  });

  it('catches what diverges, and allows what was allowed before the run', async () => {
    project.write(
      'notebooks/clock.md',
      notebook(
        'uses: [tiny]',
        'ts id=a\nconst a = await tiny.clock({});',
        'ts id=b name=b\na.y > 0',
        'ts id=c\nconst c = await tiny.jitter({ x: 1 });',
      ),
    );
    await json('run', 'clock', '--seal', '--out', project.path('clock.zip'), '--tolerance', 'c=1e-6');
    const again = await json<Reproduced>('reproduce', project.path('clock.zip'));
    assert.equal(again.code, 1);
    assert.deepEqual(outcomes(again), { a: 'DIVERGED', b: 'IDENTICAL', c: 'EQUIVALENT' });
    assert.match(again.cells[0]!.reason!, /^a\.y was \d+ and is \d+, [\d.e+]+ apart\.$/);
  });

  it('compares as the notebook said before the run, place by place, and leaves a receipt that names the originals', async () => {
    const said = `uses: [tiny]
compare:
  a: { ignore: it is the clock }
  c.y: { absolute: 1e-6 }
  d: { between: [0.9, 1.1] }`;
    const text = notebook(
      said,
      'ts id=a\nconst a = await tiny.clock({});',
      'ts id=c\nconst c = await tiny.jitter({ x: 1 });',
      'ts id=d name=d\n(await tiny.jitter({ x: 1 })).y',
      'ts id=e name=e\na.y',
    );
    project.write('notebooks/said.md', text);
    const file = project.path('said.zip');
    await json('run', 'said', '--seal', '--out', file);
    const holds = await json<Verified>('verify', file);
    assert.match(holds.checks.find(({ code }) => code === 'COMPARATORS')!.detail, /c\.y within ±0\.000001/);
    const again = await json<Reproduced>('reproduce', file, '--home', project.path('.assay'));
    assert.deepEqual(outcomes(again), { a: 'EQUIVALENT', c: 'EQUIVALENT', d: 'EQUIVALENT', e: 'DIVERGED' });
    const reasons = again.cells.map(({ reason = '' }) => reason);
    assert.match(reasons[0]!, /Not compared: a \(it is the clock\)/);
    assert.match(
      reasons[1]!,
      /^At most [\d.e-]+ apart, at c\.y, \d+ % of what is allowed: equal within ±0\.000001, as sealed\.$/,
    );
    assert.match(reasons[3]!, /^e was \d+ and is \d+, .* apart\.$/);
    const { receipts } = await json<Listed>('receipts', '--kind', 'reproduce', '--limit', '1');
    assert.deepEqual(receipts[0]!.parents.map(({ role }) => role).toSorted(), ['cell', 'cell', 'cell', 'cell', 'seal']);
    assert.deepEqual((receipts[0]!.result as { counts: object }).counts, {
      IDENTICAL: 0,
      EQUIVALENT: 3,
      DIVERGED: 1,
      'NOT-RUN': 0,
    });
    // Widened in the file afterwards, nothing is run again.
    const files = new Map(readZip(readFileSync(file)));
    const rules = Buffer.from(files.get('comparators.json')!).toString().replace('0.000001', '9');
    project.write('widened.zip', writeZip(files.set('comparators.json', new Uint8Array(Buffer.from(rules)))));
    const { err } = await project.assay('reproduce', project.path('widened.zip'));
    assert.match(err, /COMPARATORS.*BUNDLE_REFUTED/s);
    project.write('notebooks/said.md', text.replace('  d:', '  dd:'));
    assert.match((await project.assay('run', 'said', '--seal')).err, /“dd”.*It seals: a, c, d, e\..*NOTEBOOK_INVALID/s);
  });
});

describe('a run that is not sealed', () => {
  it('stays in the log when a cell fails', async () => {
    project.write(
      'notebooks/fails.md',
      notebook('uses: [tiny]', "ts id=a\nconst a = await tiny.double({ x: 'much' });"),
    );
    const { code, err } = await project.assay('run', 'fails', '--seal');
    assert.equal(code, 1);
    assert.match(err, /Cell “a” failed: .*CELL_FAILED/);
    assert.match(err, /at fails\.md:7/);
    assert.ok(!existsSync(project.path('fails.zip')));
    const { receipts } = await json<Listed>('receipts', '--kind', 'close', '--limit', '1');
    assert.deepEqual(receipts[0]!.result, { count: 2, outcome: 'failed', root: null });
  });

  it('stays begun for all to see when the kernel is killed', async () => {
    project.write('notebooks/slow.md', notebook('uses: [tiny]', 'ts id=a\nconst a = await tiny.slow({});'));
    const heads = (): string =>
      existsSync(project.path('.assay/log/local'))
        ? readFileSync(project.path('.assay/log/local/checkpoint'), 'utf8')
        : '';
    const before = heads();
    await project.killWhen(() => heads() !== before, 'run', 'slow', '--seal');
    assert.ok(!readdirSync(project.dir).includes('slow.zip'));
    const listed = await json<Listed>('receipts', '--check');
    assert.equal(listed.code, 0);
    assert.equal(listed.check!.ok, true);
    assert.deepEqual(
      listed.unfinished.map(({ notebook }) => notebook),
      ['slow'],
    );
  });
});

interface Exported {
  readonly ok: boolean;
  readonly trusted: boolean;
  readonly faults: readonly { readonly index: number; readonly code: string }[];
}

describe('the log as a file', () => {
  it('is exported, verified offline, and an altered line is named', async () => {
    const file = project.path('log.ndjson');
    const { receipts, key } = await json<{ receipts: number; key: string }>('log', 'export', file);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    assert.equal(lines.length, receipts);
    assert.ok(receipts > 5);
    const verify = (...more: string[]): Promise<Exported & { readonly code: number | null }> =>
      json<Exported>('log', 'verify', file, ...more);
    assert.deepEqual((({ ok, trusted, code }) => ({ ok, trusted, code }))(await verify('--key', key)), {
      ok: true,
      trusted: true,
      code: 0,
    });
    assert.equal((await verify()).trusted, false, 'the key beside the file proves nothing');
    assert.equal((await verify('--org', 'other')).ok, false);
    project.write('log.ndjson', `${lines.with(3, lines[3]!.replace('"seq":', '"sEq":')).join('\n')}\n`);
    const altered = await verify();
    assert.equal(altered.code, 1);
    assert.deepEqual(altered.faults[0], { ...altered.faults[0], index: 3, code: 'RECEIPT' });
    project.write('log.ndjson', `${lines.slice(0, -1).join('\n')}\n`);
    assert.deepEqual(
      (await verify()).faults.map(({ code }) => code),
      ['COUNT'],
    );
    assert.match((await project.assay('log', 'verify', project.path('none'))).err, /NOT_FOUND/);
    assert.match((await project.assay('log', 'verify', file, '--key', 'nonsense')).err, /NOTE_INVALID/);
    assert.equal((await project.assay('log', 'frobnicate')).code, 2);
    assert.equal((await project.assay('log', 'check')).code, 0);
  });
});

describe('beside a kernel that runs', () => {
  it('works through it', async () => {
    const alone = await json<{ root: string }>('run', 'heights');
    const stop = await serveProject(project);
    try {
      interface Run {
        readonly root: string;
        readonly cells: readonly { readonly id: string; readonly status: string; readonly digest: string }[];
      }
      const ran = await json<Run>('run', 'heights');
      assert.equal(ran.root, alone.root);
      const sealed = await json<Run>('run', 'heights', '--seal', '--out', zip());
      assert.equal(sealed.root, alone.root);
      const cells = ({ cells: all }: Run): object[] => all.map(({ id, status, digest }) => ({ id, status, digest }));
      assert.deepEqual(cells(sealed), cells(ran));
      assert.equal((await json<Verified>('verify', zip())).ok, true);
      const near = project.path('near.zip');
      await json('run', 'heights', '--seal', '--out', near, '--tolerance', 'twice.y=1e-9');
      const { checks } = await json<Verified>('verify', near);
      assert.match(checks.find(({ code }) => code === 'COMPARATORS')!.detail, /twice\.y within 1e-9 relatively/);
      const refused = await project.assay('run', 'heights', '--seal', '--tolerance', 'nothing=1e-9');
      assert.match(refused.err, /“nothing”.*NOTEBOOK_INVALID/s);
      const exported = await json<{ receipts: number }>('log', 'export', project.path('through.ndjson'));
      assert.ok(exported.receipts > 0);
      assert.equal((await json<Exported>('log', 'verify', project.path('through.ndjson'))).ok, true);
      const { receipts } = await json<Listed>('receipts', '--kind', 'seal', '--limit', '1');
      assert.equal(receipts[0]!.kind, 'seal');
      assert.match((await project.assay('receipts', '--check')).err, /HOME_LOCKED/);
    } finally {
      await stop();
    }
  });
});
