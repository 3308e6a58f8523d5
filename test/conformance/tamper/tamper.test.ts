/** Every file in cases/: the bundle it describes must fail by exactly the codes it names. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { sealedRun, signer } from '#common/bundle/bundle.fixture.ts';
import { gatedRun } from '#common/bundle/gated.fixture.ts';
import { busyLog, packOf, second } from '#common/pack/pack.fixture.ts';
import { keyedRun, type Keyed } from '#common/keys/keyed.fixture.ts';
import { formatVkey } from '#common/tlog/note.ts';
import { VERIFY_CHECKS, verifyBundle, type VerifyReport } from '#common/verify/verify.ts';
import { readZip } from '#common/zip/zip.ts';
import { forge, type TamperCase } from './case.ts';

const folder = join(import.meta.dirname, 'cases');
const { zip } = sealedRun();
const honest = readZip(zip);
const bundles = new Map<string | undefined, ReturnType<typeof readZip>>([
  [undefined, honest],
  ['gated', readZip(gatedRun())],
  ['pack', readZip(await packOf(busyLog(), second(3), second(14)))],
]);

function bundleOf({ bundle }: TamperCase): ReturnType<typeof readZip> {
  const known = bundles.get(bundle);
  if (known !== undefined) return known;
  const files = readZip(keyedRun(bundle as Keyed).zip);
  bundles.set(bundle, files);
  return files;
}

const trusted = { logs: [formatVkey(signer)] };
const failed = ({ checks }: VerifyReport): string[] => checks.filter(({ ok }) => ok === false).map(({ code }) => code);
const detail = ({ checks }: VerifyReport, code: string): string =>
  checks.find((check) => check.code === code)?.detail ?? '';

const paths = globSync('*/*.json', { cwd: folder }).toSorted();
for (const path of paths) {
  const tampered = JSON.parse(readFileSync(join(folder, path), 'utf8')) as TamperCase;
  test(`${dirname(path)}/${basename(path, '.json')}: ${tampered.what}`, async () => {
    const forged = forge(bundleOf(tampered), tampered);
    if (tampered.remembered === undefined) assert.notDeepEqual(forged, zip, 'nothing was changed');
    const { policy = trusted } = tampered;
    const remembered = (tampered.remembered ?? []).map((seen) => ({ ...seen, vkey: formatVkey(signer) }));
    const report = await verifyBundle(forged, policy === 'none' ? {} : { policy, remembered });
    const found = report.checks.filter(({ ok }) => ok === false).map(({ code, detail }) => `${code}: ${detail}`);
    assert.deepEqual(failed(report), tampered.fails, found.join('\n'));
    assert.equal(report.ok, tampered.fails.length === 0);
    for (const [code, said] of Object.entries(tampered.says ?? {}))
      assert.ok(detail(report, code).includes(said), `${code} says: ${detail(report, code)}`);
    assert.ok(tampered.fails.length > 0 || tampered.says !== undefined, 'a bundle that holds must show what differs');
  });
}

test('there are cases for every check', () => {
  const all = paths.map((path) => JSON.parse(readFileSync(join(folder, path), 'utf8')) as TamperCase);
  const missed = Object.keys(VERIFY_CHECKS).filter(
    (code) => code !== 'CARRIED' && !all.some(({ fails }) => fails.includes(code)),
  );
  assert.deepEqual(missed, []);
  assert.ok(all.length >= 60, `${all.length} cases`);
});
