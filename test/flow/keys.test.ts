/** The keys of an organisation through the command line, with and without a kernel that runs: list, rotate, revoke, tag, check. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { COSIGNATURE_KEY, formatVkey, noteSigner } from '../../kernel/common/tlog/note.ts';
import { readZip, writeZip } from '../../kernel/common/zip/zip.ts';
import { makeProject, notebook, serveProject, type Project } from './seal-project.ts';

interface Keys {
  readonly log: string;
  readonly keys: readonly { readonly name: string; readonly until: number | null; readonly revoked: unknown }[];
  readonly policy: { readonly after: number; readonly digest: string | null } | null;
  readonly tags: { readonly after: number; readonly working: boolean } | null;
  readonly receipt?: { readonly index: number };
  readonly code?: string;
}
interface Verified {
  readonly ok: boolean;
  readonly checks: readonly { readonly code: string; readonly ok: boolean | null; readonly detail: string }[];
}

let project: Project;
let stop: (() => Promise<void>) | undefined;
const json = async <T>(...argv: string[]): Promise<T & { readonly exit: number | null }> => {
  const { code, out, err } = await project.assay(...argv, '--json');
  assert.notEqual(out, '', err);
  return { ...(JSON.parse(out) as T), exit: code };
};
const keys = (...argv: string[]): Promise<Keys & { readonly exit: number | null }> => json<Keys>('keys', ...argv);
const seal = async (name: string): Promise<void> => {
  const { code, err } = await project.assay('run', 'sums', '--seal', '--out', `${name}.zip`);
  assert.equal(code, 0, err);
};
const verify = (name: string): Promise<Verified & { readonly exit: number | null }> =>
  json<Verified>('verify', `${name}.zip`, '--policy', 'policy');
const detail = ({ checks }: Verified, code: string): string => checks.find((check) => check.code === code)!.detail;
const secrets = (): string[] => readdirSync(project.path('.assay/keys')).filter((name) => name.startsWith('seal-'));

before(() => {
  project = makeProject();
  project.write('notebooks/sums.md', notebook('uses: [tiny.double]\nseed: 1', 'ts id=a\nconst a = await tiny.double({ x: 4 });')); // prettier-ignore
});
after(async () => {
  await stop?.();
  project.remove();
});

describe('assay keys', () => {
  it('begin with the log’s own, by which a policy knows the log for ever', async () => {
    const { log, keys: all, tags } = await keys();
    assert.deepEqual([all.length, tags], [1, null]);
    assert.ok(log.startsWith(`${all[0]!.name}+`));
    writeFileSync(project.path('policy'), `log ${log}\n`);
    await seal('first');
    const report = await verify('first');
    assert.ok(report.ok && detail(report, 'KEYS').includes('own key'));
  });

  it('rotate: seals before and after hold under the one policy', async () => {
    const { receipt, keys: all } = await keys('rotate', '--reason', 'a new year');
    assert.equal(all[0]!.until, receipt!.index);
    await seal('second');
    stop = await serveProject(project);
    const { keys: again } = await keys('rotate');
    assert.equal(again.length, 3);
    assert.equal(secrets().length, 1);
    await seal('third');
    for (const [name, by] of [
      ['first', 0],
      ['second', 1],
      ['third', 2],
    ] as const) {
      // prettier-ignore
      const report = await verify(name);
      assert.ok(report.ok, name);
      assert.ok(detail(report, 'SEAL_SIGNATURE').includes(again[by]!.name), name);
    }
    const { out } = await project.assay('keys');
    assert.match(out, /signs .*seals\+[0-9a-f]{8}/);
  });

  it('revoke, with the kernel running; what was sealed before stays valid', async () => {
    const { keys: all } = await keys();
    const id = all.at(-1)!.name.slice(-8);
    const { keys: after, receipt } = await keys('revoke', id, '--reason', 'laptop stolen');
    assert.deepEqual(after.at(-2)!.revoked, { at: receipt!.index, reason: 'laptop stolen' });
    await seal('fourth');
    assert.ok((await verify('third')).ok);
    const report = await verify('fourth');
    assert.ok(report.ok && detail(report, 'KEYS').includes('revoked at receipt'));
    const again = await keys('revoke', id);
    assert.deepEqual([again.exit, again.code], [1, 'KEY_INVALID']);
    assert.equal((await project.assay('keys', 'revoke')).code, 2);
    assert.equal((await project.assay('keys', 'forge')).code, 2);
  });

  it('without the receipt that names it, a seal’s key is nobody’s', async () => {
    const files = new Map(readZip(readFileSync(project.path('fourth.zip'))));
    const path = [...files.keys()]
      .filter((name) => name.startsWith('proof/keys/'))
      .toSorted()
      .at(-1)!;
    files.delete(path);
    writeFileSync(project.path('cut.zip'), writeZip(files));
    const { ok, exit, checks } = await verify('cut');
    assert.deepEqual([ok, exit], [false, 1]);
    assert.ok(checks.find(({ code }) => code === 'INCLUSION')!.ok === false, 'its proof is left over');
  });

  it('tag receipts under a master key that the home never holds', async () => {
    const inside = await json<{ code: string }>('keys', 'tag', project.path('.assay/master'));
    assert.equal(inside.code, 'USAGE');
    const { tags, receipt } = await keys('tag', project.path('master'));
    assert.deepEqual([tags!.after, tags!.working], [receipt!.index, true]);
    assert.equal(statSync(project.path('master')).mode & 0o777, 0o600);
    assert.equal(
      (await json<{ code: string }>('keys', 'tag', project.path('master'))).code,
      'USAGE',
      'never written over',
    );
    await seal('fifth');
    assert.ok((await verify('fifth')).ok);
    assert.equal(
      (await json<{ code: string }>('log', 'check', '--master', project.path('master'))).code,
      'HOME_LOCKED',
    );
    await stop!();
    stop = undefined;
    const { check, tags: found, exit } = await json<{ check: { ok: boolean }; tags: { ok: boolean; from: number } }>(
      'log', 'check', '--master', project.path('master')); // prettier-ignore
    assert.deepEqual([exit, check.ok, found.ok, found.from], [0, true, true, receipt!.index + 1]);
    project.write('other', readFileSync(project.path('master'), 'utf8').replace(/[0-9a-f]{64}/, '0'.repeat(64)));
    assert.equal((await json<{ code: string }>('log', 'check', '--master', project.path('other'))).code, 'KEY_INVALID');
  });

  it('are listed with the policy of witnesses, whose changes are receipts', async () => {
    assert.equal((await keys()).policy, null);
    const vkey = formatVkey(noteSigner('witness.example/w', new Uint8Array(32).fill(5), COSIGNATURE_KEY));
    const text = `witness w ${vkey} http://127.0.0.1:1\nquorum w\n`;
    project.write('.assay/witnesses.txt', text);
    const { policy } = await keys();
    assert.equal(policy!.digest, createHash('sha256').update(text).digest('hex'));
    assert.deepEqual((await keys()).policy, policy, 'said once');
    rmSync(project.path('.assay/witnesses.txt'));
    assert.deepEqual((await keys()).policy, { after: policy!.after + 1, digest: null });
    await seal('sixth');
    assert.ok((await verify('sixth')).ok);
  });

  it('are whole after a kernel that was killed while it changed them', async () => {
    let known = (await keys()).keys.length;
    for (const late of [false, true]) {
      const before = new Set(secrets());
      // Once the new key is on disk; or once the old one has left it.
      await project.killWhen(() => (late ? secrets().every((name) => !before.has(name)) : secrets().length > 1), 'keys', 'rotate'); // prettier-ignore
      const { keys: all, exit } = await keys();
      assert.equal(exit, 0);
      assert.ok(all.length === known || all.length === known + 1);
      known = all.length;
      assert.deepEqual(secrets(), [`seal-local-${all.at(-1)!.name.slice(-8)}.key`]);
      await seal('after');
      assert.ok((await verify('after')).ok);
    }
    assert.equal((await project.assay('log', 'check', '--master', project.path('master'))).code, 0);
    await project.assay('log', 'export', 'whole.log');
    assert.equal((await project.assay('log', 'verify', 'whole.log', '--key', (await keys()).log)).code, 0);
  });
});
