/** `assay verify` of a bundle that is larger than the memory it may take. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, readSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writeBigBundle } from '../../bench/lib/big-bundle.ts';

const CLI = fileURLToPath(new URL('../../kernel/cli.ts', import.meta.url));
const MOST_MB = 256;
let [folder, file, vkey] = ['', '', ''];

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-large-'));
  file = join(folder, 'large.zip');
  vkey = writeBigBundle(file, { receipts: 100_000, artifacts: 24, artifactBytes: 2 ** 23 });
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Verified {
  readonly code: number;
  readonly failed: readonly string[];
  readonly megabytes: number;
}

function verify(...more: readonly string[]): Verified {
  const [report, about] = measured<{ readonly checks: readonly { readonly code: string; readonly ok: boolean | null }[] }>('verify', ...more); // prettier-ignore
  return { ...about, failed: report.checks.filter(({ ok }) => ok === false).map(({ code }) => code) };
}

/** What a command says of the bundle, how it ended and what memory it took at most. */
function measured<T>(...argv: readonly [string, ...string[]]): readonly [T, Pick<Verified, 'code' | 'megabytes'>] {
  const [command, ...more] = argv;
  const script = `const { main } = await import(${JSON.stringify(CLI)});
    const code = await main(${JSON.stringify([command, file, '--json', ...more])});
    const { readFileSync } = await import('node:fs');
    // maxRSS, on Linux, counts what the process had that started this one.
    const most = process.platform === 'linux' ? /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1] : process.resourceUsage().maxRSS;
    console.log(JSON.stringify({ code, megabytes: most / 1024 }));`;
  // A file, since a run's worker takes over the options that this process had.
  writeFileSync(join(folder, 'measure.mjs'), script);
  const said = execFileSync(process.execPath, ['measure.mjs'], { cwd: folder, encoding: 'utf8' });
  const lines = said.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as unknown) as unknown as ReturnType<typeof measured<T>>;
}

test('a bundle of 100,000 receipts and 200 MB of artifacts holds, in less memory than it is long', () => {
  assert.ok(statSync(file).size > MOST_MB * 1e6 * 1.15, 'the whole file would not fit');
  const { code, failed, megabytes } = verify();
  assert.deepEqual([code, failed], [0, []]);
  assert.ok(megabytes < MOST_MB, `${megabytes} MB`);
  assert.ok(megabytes > 20, `${megabytes} MB is no process`);
});

test('a policy is held against it as against a small one', () => {
  writeFileSync(join(folder, 'keys'), `${vkey}\n`);
  assert.deepEqual(verify('--policy', join(folder, 'keys')).failed, []);
  writeFileSync(join(folder, 'policy'), `log ${vkey}\n#assay org other\n`);
  assert.deepEqual(verify('--policy', join(folder, 'policy')).failed, ['SIGNER']);
});

/** Flips the lowest bit of a byte on the disk; doing it again puts it back. */
function flip(at: number): void {
  const [open, byte] = [openSync(file, 'r+'), new Uint8Array(1)];
  readSync(open, byte, 0, 1, at);
  byte[0]! ^= 1;
  writeSync(open, byte, 0, 1, at);
  closeSync(open);
}

test('one bit of an artifact, or of a receipt in the middle of the run, is found', () => {
  const receipt = statSync(file).size - 40_000_000;
  for (const [at, codes] of [
    [100_000_000, ['ZIP', 'FILES', 'CONTENTS']],
    [receipt, ['ZIP', 'FILES']],
  ] as const) {
    flip(at);
    const { code, failed, megabytes } = verify();
    flip(at);
    assert.equal(code, 1);
    for (const one of codes) assert.ok(failed.includes(one), failed.join(' '));
    if (at === receipt) assert.ok(failed.includes('RECEIPTS') || failed.includes('INCLUSION'), failed.join(' '));
    assert.ok(megabytes < MOST_MB, `${megabytes} MB`);
  }
});

test('what is no bundle, and a file cut short, are told in words', () => {
  const cut = join(folder, 'cut.zip');
  writeFileSync(cut, new Uint8Array(2 ** 20));
  for (const [path, said] of [
    [cut, /no zip file/],
    [folder, /is a folder/],
    [join(folder, 'none.zip'), /There is no file/],
  ] as const) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI.replace(/\.ts$/, '.js'), 'verify', path], { encoding: 'utf8' }); // prettier-ignore
    assert.equal(status, 1);
    assert.match(stdout + stderr, said);
  }
});

test('running it again takes no more: data and values are read when they are needed', () => {
  const [report, { code, megabytes }] = measured<{ readonly cells: readonly { readonly outcome: string }[] }>('reproduce'); // prettier-ignore
  // Its one cell is not what the bundle says, which was made without running anything.
  assert.deepEqual([code, report.cells.map(({ outcome }) => outcome)], [1, ['DIVERGED']]);
  assert.ok(megabytes < MOST_MB, `${megabytes} MB`);
});
