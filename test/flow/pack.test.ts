/** Audit packs and the check of the log, through the real command line: made, read, verified by us and by others, and refused. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { writeZip, readZip } from '#common/zip/zip.ts';
import { openStore } from '../../kernel/store/index.ts';
import { makeProject, notebook, serveProject, type Project } from './seal-project.ts';

interface Packed {
  readonly id: string;
  readonly receipts: number;
  readonly first: number;
  readonly end: number;
  readonly incidents: number;
  readonly file: string;
}
interface Judged {
  readonly ok: boolean;
  readonly checks: readonly { readonly code: string; readonly ok: boolean | null; readonly detail: string }[];
}
interface Checked {
  readonly ok: boolean;
  readonly size: number;
  readonly faults: readonly { readonly where: string; readonly side: string | null; readonly index: number | null }[];
}

let project: Project;
before(() => {
  project = makeProject();
  project.write(
    'notebooks/good.md',
    notebook('title: Good\nuses: [tiny]\ndatasets: [trees]', 'ts id=a name=d\nawait tiny.double({ x: 4 })', 'ts id=b\nconst n = trees.numRows;'), // prettier-ignore
  );
  project.write('notebooks/bad.md', notebook('title: Bad', 'ts id=a\nthrow new Error("no");'));
  project.write('notebooks/slow.md', notebook('title: Slow\nuses: [tiny]', 'ts id=a\nconst a = await tiny.slow({});'));
  project.write(
    'notebooks/clock.md',
    notebook('title: Clock\nuses: [tiny]', 'ts id=a\nconst t = await tiny.clock({});'),
  );
});
after(() => project.remove());

const json = async <T>(...argv: string[]): Promise<T & { readonly code: number | null }> => {
  const { code, out, err } = await project.assay(...argv, '--json');
  assert.notEqual(out, '', err);
  return { ...(JSON.parse(out) as T), code };
};
const today = (): string => new Date().toISOString().slice(0, 10);
const pack = (out: string, ...more: string[]): Promise<Packed & { readonly code: number | null }> =>
  json<Packed>('pack', '--from', '2026-01-01', '--to', today(), '--out', project.path(out), ...more);
const failed = ({ checks }: Judged): string[] => checks.filter(({ ok }) => ok === false).map(({ code }) => code);
const filesOf = (zip: string): Map<string, Uint8Array> => new Map(readZip(readFileSync(project.path(zip))));
const text = (files: ReadonlyMap<string, Uint8Array>, path: string): string =>
  new TextDecoder().decode(files.get(path));

describe('an audit pack', () => {
  it('of an organisation that has logged nothing is refused, and gives it no log', async () => {
    for (const argv of [
      ['pack', '--from', '2026-01-01', '--to', today()],
      ['log', 'fsck'],
      ['log', 'rebuild'],
    ])
      assert.match((await project.assay(...argv)).err, /no data directory.*NOT_FOUND/);
    assert.ok(!existsSync(project.path('.assay')), 'whoever looks in the wrong folder leaves nothing there');
    // Looking at receipts makes a log, in which nothing stands yet: that can be packed.
    assert.equal((await project.assay('receipts')).code, 0);
    assert.equal((await pack('nothing.zip')).receipts, 0);
    assert.equal((await json<Judged>('verify', project.path('nothing.zip'))).ok, true);
    const argv = ['pack', '--from', '2026-01-01', '--to', today(), '--org', 'nobody'];
    assert.match((await project.assay(...argv)).err, /NOT_FOUND/);
    assert.ok(!existsSync(project.path('.assay/keys/log-nobody.key')));
  });

  it('holds all that happened: what was sealed, what failed, what was never closed, what diverged', async () => {
    assert.equal((await project.assay('run', 'good', '--seal')).code, 0);
    assert.equal((await project.assay('run', 'clock', '--seal')).code, 0);
    assert.equal((await project.assay('run', 'bad', '--seal')).code, 1);
    const head = (): string => readFileSync(project.path('.assay/log/local/checkpoint'), 'utf8');
    const before = head();
    await project.killWhen(() => head() !== before, 'run', 'slow', '--seal');
    const stop = await serveProject(project);
    try {
      const diverged = await project.assay('reproduce', 'clock.zip');
      assert.match(diverged.out, /DIVERGED/);
    } finally {
      await stop();
    }
    const made = await pack('all.zip');
    assert.deepEqual([made.code, made.first, made.receipts], [0, 0, made.end]);
    const page = text(filesOf('all.zip'), 'index.html');
    for (const said of ['Good', '“Bad” ended “failed”', '“Slow” was begun, and not closed', 'tiny.double', 'trees.csv'])
      assert.ok(page.includes(said), said);
    assert.equal(made.incidents, page.match(/data-column="In words"/g)!.length);
    const { ok, code, checks } = await json<Judged>('verify', project.path('all.zip'));
    assert.deepEqual([ok, code, checks.length], [true, 0, 27]);
  });

  it('is accepted by the tools of every system, as its README says', () => {
    const files = filesOf('all.zip');
    const folder = project.path('unpacked');
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    const code = text(files, 'README.md').split('## Check it without Assay')[1]!.split('\n');
    const script = code.filter((line) => line.startsWith('    ')).join('\n');
    const run = (): { readonly status: number | null; readonly said: string } => {
      const { status, stdout, stderr } = spawnSync('sh', ['-eu', '-c', script], { cwd: folder, encoding: 'utf8' });
      return { status, said: stdout + stderr };
    };
    const honest = run();
    assert.equal(honest.status, 0, honest.said);
    assert.equal(honest.said.match(/: OK$/gm)!.length, [...files.keys()].filter((path) => !path.startsWith('proof/')).length - 1); // prettier-ignore
    assert.equal(honest.said.match(/Signature Verified Successfully/g)!.length, 2);
    writeFileSync(join(folder, 'index.html'), text(files, 'index.html').replace('failed', 'passed'));
    assert.equal(run().status, 1);
  });

  it('fails when a receipt is left out, or the page is made kinder', async () => {
    const files = filesOf('all.zip');
    const lines = text(files, 'receipts/log.jsonl').split('\n');
    const [page, log] = [text(files, 'index.html'), lines.toSpliced(3, 1).join('\n')];
    for (const [path, changed] of [
      ['receipts/log.jsonl', log],
      ['index.html', page.replace('failed', 'passed')],
    ] as const) {
      // prettier-ignore
      writeFileSync(project.path('forged.zip'), writeZip(new Map(files).set(path, Buffer.from(changed))));
      const report = await json<Judged>('verify', project.path('forged.zip'));
      assert.equal(report.code, 1);
      assert.ok(failed(report).includes('FILES'));
    }
  });

  it('of a period in which nothing was logged says so, and proves it', async () => {
    const empty = await json<Packed>('pack', '--from', '2020-01-01', '--to', '2020-12-31', '--out', project.path('empty.zip')); // prettier-ignore
    assert.equal(empty.receipts, 0);
    assert.match(text(filesOf('empty.zip'), 'index.html'), /holds nothing from this period/);
    assert.equal((await json<Judged>('verify', project.path('empty.zip'))).ok, true);
  });

  it('of a moment in between holds what was logged then, and no more', async () => {
    const { receipts } = await json<{ receipts: readonly { readonly index: number; readonly time: string }[] }>('receipts', '--limit', '1000'); // prettier-ignore
    const [from, to] = [receipts[3]!.time, receipts[6]!.time];
    const expected = receipts.filter(({ time }) => time >= from && time < to);
    const part = await json<Packed>('pack', '--from', from, '--to', to, '--out', project.path('part.zip'));
    assert.deepEqual([part.first, part.end], [expected[0]!.index, expected.at(-1)!.index + 1]);
    assert.deepEqual(failed(await json<Judged>('verify', project.path('part.zip'))), []);
  });

  it('is refused in words for what is no period, no folder, no run', async () => {
    const refusals: readonly (readonly [RegExp, ...string[]])[] = [
      [/USAGE/, 'pack', '--from', '2026-01-01'],
      [/PERIOD_INVALID/, 'pack', '--from', '2026-02-30', '--to', '2026-03-01'],
      [/PERIOD_INVALID/, 'pack', '--from', '2026-03-02', '--to', '2026-03-01'],
      [/PERIOD_INVALID/, 'pack', '--from', '2999-03-02', '--to', '2999-03-03'],
      [/NAME_INVALID/, 'pack', '--from', '2026-01-01', '--to', '2026-03-01', '--org', '../x'],
      [/NOT_FOUND/, 'pack', '--from', '2026-01-01', '--to', '2026-03-01', '--out', 'nowhere/x.zip'],
      [/BUNDLE_INVALID/, 'reproduce', 'all.zip'],
    ];
    for (const [code, ...argv] of refusals) {
      const { code: exit, err } = await project.assay(...argv);
      assert.match(err, code);
      assert.notEqual(exit, 0);
    }
  });

  it('is made through the kernel that runs, which keeps one organisation’s log', async () => {
    const stop = await serveProject(project);
    try {
      assert.equal((await pack('served.zip')).code, 0);
      assert.equal((await json<Judged>('verify', project.path('served.zip'))).ok, true);
      assert.match(
        (await project.assay('pack', '--from', '2026-01-01', '--to', today(), '--org', 'other')).err,
        /NOT_FOUND/,
      );
      assert.deepEqual((({ ok, faults }) => ({ ok, faults }))(await json<Checked>('log', 'fsck')), {
        ok: true,
        faults: [],
      });
      assert.match((await project.assay('log', 'rebuild')).err, /HOME_LOCKED/);
    } finally {
      await stop();
    }
  });
});

/** What the kernel’s role can't do to its rows, done as the superuser. */
async function asSuperuser(query: string): Promise<void> {
  const store = await openStore({ home: project.path('.assay'), org: 'local' });
  const client = await store.connect('local');
  const admin = new Client({ host: client.host, port: client.port, user: 'postgres', database: 'assay' });
  await client.end();
  await admin.connect();
  await admin.query('set session_replication_role = replica');
  await admin.query(query);
  await admin.end();
  await store.close();
}

describe('assay log', () => {
  it('fsck tells a file that was changed from a row that was, without mending either', async () => {
    const clean = await json<Checked>('log', 'fsck');
    assert.deepEqual([clean.ok, clean.code], [true, 0]);
    const path = `tile/entries/000.p/${clean.size}`;
    const file = project.path('.assay/log/local', path);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.with(2 + 34 * 4, bytes[2 + 34 * 4]! ^ 1));
    for (let twice = 0; twice < 2; twice++) {
      const found = await json<Checked>('log', 'fsck');
      assert.deepEqual([found.code, found.faults.map(({ where, side, index }) => [where, side, index])], [1, [[path, 'file', 4]]]); // prettier-ignore
    }
    const mended = await json<{ readonly written: readonly string[] }>('log', 'rebuild');
    assert.deepEqual(mended.written, [path]);
    assert.deepEqual(readFileSync(file), bytes);
  });

  it('rebuild writes the same bytes, file by file', async () => {
    const made = await json<{ readonly written: readonly string[] }>('log', 'rebuild', '--to', project.path('copy'));
    assert.ok(made.written.length >= 3);
    for (const path of made.written)
      assert.deepEqual(readFileSync(project.path('copy', path)), readFileSync(project.path('.assay/log/local', path)), path); // prettier-ignore
  });

  it('fsck names the row that was edited; no pack is made of it, and no file rebuilt', async () => {
    const edit = `update receipts set body = replace(body, '"outcome":"failed"', '"outcome":"faileD"') where kind = 'close'`;
    await asSuperuser(edit.replace('receipts', 'assay.receipts'));
    const found = await json<Checked>('log', 'fsck');
    assert.deepEqual(
      found.faults.map(({ side }) => side),
      ['database'],
    );
    assert.match((await project.assay('pack', '--from', '2026-01-01', '--to', today())).err, /LOG_FORKED/);
    await asSuperuser(`update assay.receipts set id = sha256(body::bytea) where body like '%faileD%'`);
    assert.match((await project.assay('log', 'rebuild')).err, /LOG_FORKED/);
    assert.deepEqual(
      new Set((await json<Checked>('log', 'fsck')).faults.map(({ side }) => side)),
      new Set(['database']),
    );
    await asSuperuser(
      `update assay.receipts set body = replace(body, '"faileD"', '"failed"') where body like '%faileD%'`,
    );
    await asSuperuser(`update assay.receipts set id = sha256(body::bytea) where kind = 'close'`);
    assert.equal((await json<Checked>('log', 'fsck')).ok, true);
  });
});
