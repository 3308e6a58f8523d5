/** `assay witness` as its user meets it: the key is printed, Ctrl C is graceful, and kill -9 between two cosignatures forks nothing. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openNote, parseVkey } from '#common/tlog/note.ts';
import { contradiction, history, newLog, scratch, type History, type Signed } from '../../kernel/witness/fixture.ts';

const CLI = fileURLToPath(new URL('../../kernel/cli.js', import.meta.url));
const SIZE = 400;
const KILLS = 8;
const folder = scratch();
const started = new Set<ChildProcess>();
after(() => {
  for (const child of started) child.kill('SIGKILL');
  folder.remove();
});

interface Running {
  readonly child: ChildProcess;
  readonly vkey: string;
  readonly url: string;
}

async function start(home: string, ...logs: readonly string[]): Promise<Running> {
  const args = [
    CLI,
    'witness',
    '--home',
    home,
    '--name',
    'witness.example/w1',
    ...logs.flatMap((log) => ['--log', log]),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  started.add(child);
  const lines = createInterface({ input: child.stdout });
  const said: string[] = [];
  for await (const [line] of on(lines, 'line', { close: ['close'] }) as AsyncIterable<[string]>) {
    said.push(line);
    if (said.length === 2) return { child, vkey: said[0]!, url: said[1]! };
  }
  throw new Error(`The witness ended: ${said.join(' ')}`);
}

const post = (url: string, body: Uint8Array): Promise<Response> =>
  fetch(`${url}/add-checkpoint`, { method: 'POST', body: new Uint8Array(body), headers: { connection: 'close' } });

const honest = history(newLog('log.example/plain'), 20);

it('prints its key, answers, and stops at SIGTERM with the answer under way given', async () => {
  const { child, vkey, url } = await start(join(folder.dir, 'plain'), honest.vkey);
  assert.equal(parseVkey(vkey).name, 'witness.example/w1');
  const answer = await post(url, honest.request(0, 9));
  assert.equal(answer.status, 200);
  assert.equal(openNote(honest.note(9) + (await answer.text()), [parseVkey(vkey)]).signatures.length, 1);
  const conflict = await post(url, honest.request(0, 9));
  assert.deepEqual(
    [conflict.status, conflict.headers.get('content-type'), await conflict.text()],
    [409, 'text/x.tlog.size', '9\n'],
  );
  const last = post(url, honest.request(9, 20));
  assert.equal((await last).status, 200);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

it('killed at any moment, it has never signed two histories', async () => {
  const home = join(folder.dir, 'killed');
  const rounds = Array.from({ length: KILLS }, (_, i) => {
    const signer = newLog(`log.example/${i}`);
    return [history(signer, SIZE), history(signer, SIZE, { from: 3, name: 'fork' })] as const;
  });
  const vkeys = rounds.map(([{ vkey }]) => vkey);
  let name: string | undefined;
  let cosigned = 0;
  for (const [round, sides] of rounds.entries()) {
    const signed: Signed[] = [];
    const witness = await start(home, ...vkeys);
    name ??= witness.vkey;
    assert.equal(witness.vkey, name, 'the key outlives the process');
    const ended = once(witness.child, 'exit');
    const key = parseVkey(name);
    const ask = async (url: string, of: History, old: number, to: number): Promise<number> => {
      const answer = await post(url, of.request(old, to));
      const body = await answer.text();
      if (answer.status === 409) return Number(body);
      if (answer.status !== 200) return old;
      openNote(of.note(to) + body, [key]);
      signed.push({ size: to, of });
      return to;
    };
    const asking = (async () => {
      // Both sides of the fork ask at once for the next size: one of them wins, and goes on winning.
      for (let size = 0; size < SIZE; size++)
        await Promise.all(sides.map((side) => ask(witness.url, side, size, size + 1)));
    })().catch(() => undefined);
    while (signed.length < 4 * round && witness.child.exitCode === null) await sleep(1);
    witness.child.kill('SIGKILL');
    await Promise.all([ended, asking]);

    const again = await start(home, ...vkeys);
    const size = await ask(again.url, sides[0], 0, 0);
    assert.ok(size >= Math.max(0, ...signed.map((one) => one.size)), 'what was answered is remembered');
    for (const side of sides) {
      if (size > 0) await ask(again.url, side, size, size);
      await ask(again.url, side, size, size + 1);
    }
    again.child.kill('SIGTERM');
    await once(again.child, 'exit');
    assert.equal(contradiction(signed.toSorted((a, b) => a.size - b.size)), null);
    cosigned += signed.length;
  }
  assert.ok(cosigned > 10 * KILLS, `only ${cosigned} cosignatures`);
});
