/** The kernel is killed with -9 at any moment: what it answered is there, the log verifies, and no server outlives it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { equalBytes, toHex } from '#common/bytes.ts';
import { leafHash, MerkleTree } from '#common/tlog/merkle.ts';
import { parseVkey } from '#common/tlog/note.ts';
import { verifyCheckpoint } from '#common/tlog/proof.ts';
import { decodeEntries, newTiles, readTile, tileBytes, tilePath } from '#common/tlog/tiles.ts';
import { openLog } from '../../kernel/log/index.ts';
import { openStore } from '../../kernel/store/index.ts';
import { serversOf } from '../../kernel/store/postgres/orphans.ts';

const CHILD = fileURLToPath(new URL('./kill-child.ts', import.meta.url));
const KILLS = 32;
const homes: string[] = [];

function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'assay-kill-'));
  homes.push(home);
  return home;
}

/** Runs the kernel and kills it `ms` after it was started, was ready, or answered for the first time. @returns the ids it answered */
async function runAndKill(
  home: string,
  mode: 'honest' | 'early',
  from: 'start' | 'ready' | 'answer',
  ms: number,
): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, home, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  const awaited = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (from === 'ready' || said.split('\n').length > 2) resolve();
    });
  });
  const ended = new Promise((resolve) => {
    child.on('close', resolve);
  });
  if (from !== 'start') await Promise.race([awaited, ended]);
  await sleep(ms);
  assert.equal(child.exitCode, null, 'the kernel ran until it was killed');
  child.kill('SIGKILL');
  await ended;
  // The last line may have been cut.
  return said.split('\n').filter((line) => /^[0-9a-f]{64}$/.test(line));
}

interface Published {
  readonly size: number;
  readonly ids: readonly string[];
  readonly tree: MerkleTree;
}

/** The whole log out of its public files alone, every tile and bundle checked up to the signed root. */
function verifyPublic(dir: string, vkey: string): Published {
  const checkpoint = verifyCheckpoint(readFileSync(join(dir, 'checkpoint'), 'utf8'), [parseVkey(vkey)]);
  const size = Number(checkpoint.size);
  const tree = new MerkleTree();
  const ids: string[] = [];
  const tiles = newTiles(0, size);
  for (const tile of tiles.filter(({ level }) => level === 'entries')) {
    const leaves = readTile(readFileSync(join(dir, tilePath({ ...tile, level: 0 }))), tile.width);
    const entries = decodeEntries(readFileSync(join(dir, tilePath(tile))), tile.width);
    for (const [index, entry] of entries.entries()) {
      tree.appendHash(leaves[index]!);
      ids.push(toHex(entry));
      assert.deepEqual(leafHash(entry), new Uint8Array(leaves[index]!), `entry ${index} of ${tilePath(tile)}`);
    }
  }
  for (const { level, ...tile } of tiles) {
    if (level === 'entries') continue;
    const bytes = readFileSync(join(dir, tilePath({ level, ...tile })));
    assert.ok(equalBytes(bytes, tileBytes(tree, { level, ...tile })), tilePath({ level, ...tile }));
  }
  assert.deepEqual(tree.root(), new Uint8Array(checkpoint.root), 'the tiles lead to the signed root');
  return { size, ids, tree };
}

/** What a reader who came before the restart remembers of the log is the beginning of what is there now. */
function assertExtends(now: Published, before: Published | undefined): void {
  if (before === undefined) return;
  assert.ok(now.size >= before.size, 'the log did not shrink');
  assert.deepEqual(now.tree.root(before.size), before.tree.root(), 'the log did not change');
}

/** Everything that was answered so far is in the reopened log, and the log is whole. */
async function checkAfterwards(home: string, answered: ReadonlySet<string>, thorough: boolean): Promise<Published> {
  const store = await openStore({ home, org: 'local' });
  try {
    const log = await openLog({ store, home, org: 'local' });
    try {
      const published = verifyPublic(log.dir, log.vkey);
      const there = new Set(published.ids);
      const lost = [...answered].filter((id) => !there.has(id));
      assert.deepEqual(lost.slice(0, 3), [], `${lost.length} answered receipts are gone`);
      if (thorough) assert.deepEqual((await log.fsck()).faults, []);
      return published;
    } finally {
      await log.close();
    }
  } finally {
    await store.close();
  }
}

/** No process works on this home any more: neither by its folder nor by its command line. */
async function assertNoServer(home: string): Promise<void> {
  for (let waited = 0; serversOf(join(home, 'pg')).length > 0 && waited < 30_000; waited += 20) await sleep(20);
  assert.deepEqual(serversOf(join(home, 'pg')), []);
  const named = readdirSync('/proc').filter((pid) => {
    if (!/^[0-9]+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(home);
    } catch {
      return false;
    }
  });
  assert.deepEqual(named, []);
}

after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

describe('a kernel that is killed', () => {
  it(`keeps every answered receipt over ${KILLS} kills, and leaves no server`, async (context) => {
    const home = makeHome();
    const answered = new Set<string>();
    let published: Published | undefined;
    let busy = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      // A third of them while it starts, makes its database or recovers; a third while it begins to write; a third while it answers.
      const from = (['start', 'ready', 'answer'] as const)[kill % 3]!;
      const ids = await runAndKill(home, 'honest', from, Math.random() * (from === 'start' ? 500 : 250));
      if (ids.length > 0) busy++;
      for (const id of ids) answered.add(id);
      if (kill % 4 === 1) await assertNoServer(home);
      const now = await checkAfterwards(home, answered, kill % 12 === 11);
      assertExtends(now, published);
      published = now;
    }
    assert.ok(busy >= Math.floor(KILLS / 3), `${busy} kills hit a kernel that had answered`);
    await assertNoServer(home);
    context.diagnostic(`${answered.size} receipts answered, ${published!.size} in the log`);
  });

  it('is caught by the same check when it answers before the commit', async () => {
    const home = makeHome();
    const answered = new Set<string>();
    const caught = async (): Promise<boolean> => {
      for (const id of await runAndKill(home, 'early', 'ready', 100)) answered.add(id);
      return checkAfterwards(home, answered, false).then(
        () => false,
        () => true,
      );
    };
    let seen = false;
    for (let kill = 0; kill < 5 && !seen; kill++) seen = await caught();
    assert.ok(seen, 'answers without receipts behind them were noticed');
    await assertNoServer(home);
  });
});
