/** A log and its witnesses over real HTTP: those that answer, that are down, slow, lying, or know better. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { openNote, parseVkey } from '#common/tlog/note.ts';
import type { Quorum } from '#common/verify/types.ts';
import { tileBytes } from '#common/tlog/tiles.ts';
import { history, newLog, scratch, type History } from '../witness/fixture.ts';
import { openWitness, type Witness } from '../witness/index.ts';
import { buildWitnessServer } from '../witness/server.ts';
import { Cosigners } from './cosigners.ts';
import type { ReadTile } from './prove.ts';
import type { Head } from './rows.ts';

const LONG = 30_000;
const ends: (() => Promise<unknown> | void)[] = [];
after(async () => {
  for (const end of ends.toReversed()) await end();
});

const log = history(newLog('log.example/cosigned'), 700);
const head = (size: number, of: History = log): Head => ({
  size,
  note: of.note(size),
  root: of.tree.root(size),
});
const tilesOf =
  ({ tree }: History): ReadTile =>
  (tile) =>
    Promise.resolve(tileBytes(tree, { ...tile, level: Number(tile.level) }));

interface Running {
  readonly witness: Witness;
  readonly name: string;
  readonly vkey: string;
  readonly url: string;
}

async function witness(name: string, of: History = log): Promise<Running> {
  const { dir, remove } = scratch();
  const opened = await openWitness({ dir: join(dir, 'w'), logs: [of.vkey], name: `witness.example/${name}` });
  const app = buildWitnessServer(opened, pino({ level: 'silent' }));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  ends.push(
    remove,
    () => opened.close(),
    () => app.close(),
  );
  return { witness: opened, name, vkey: opened.vkey, url };
}

/** A server that answers as it is told. */
async function impostor(
  answer: (body: string) => { status: number; type?: string; body: string } | null,
): Promise<string> {
  const server: Server = createServer((request, reply) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const said = answer(body);
      if (said !== null) reply.writeHead(said.status, { 'content-type': said.type ?? 'text/plain' }).end(said.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Asked {
  readonly cosigners: Cosigners;
  readonly failures: string[];
}

function ask(witnesses: readonly Omit<Running, 'witness'>[], quorum: Quorum | null, of: History = log): Asked {
  const failures: string[] = [];
  const cosigners = new Cosigners({ witnesses, quorum }, tilesOf(of), (_vkey, error) =>
    failures.push((error as Error).message),
  );
  ends.push(() => cosigners.close());
  return { cosigners, failures };
}

async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

const all = (...of: readonly Running[]): Quorum => ({ atLeast: of.length, of: of.map(({ vkey }) => vkey) });

it('each published checkpoint gets the cosignatures of all, proved from what each has seen', async () => {
  const [a, b] = [await witness('a'), await witness('b')];
  // One of them knows the log already.
  assert.equal((await b.witness.add(log.request(0, 300))).status, 200);
  const { cosigners, failures } = ask([a, b], all(a, b));
  for (const size of [301, 302, 512, 700]) {
    cosigners.offer(head(size));
    const cosigned = (await cosigners.over(size, LONG))!;
    assert.deepEqual([cosigned.size, cosigned.signed, cosigned.of, cosigned.reached], [size, 2, 2, true]);
    const { signatures } = openNote(cosigned.note, [log.signer, parseVkey(a.vkey), parseVkey(b.vkey)]);
    assert.equal(signatures.length, 3);
    assert.equal(cosigners.latest, cosigned);
  }
  assert.deepEqual(failures, []);
});

it('what was published while a round went on is skipped but for the newest', async () => {
  const a = await witness('busy');
  const { cosigners } = ask([a], all(a));
  for (let size = 1; size <= 200; size++) cosigners.offer(head(size));
  assert.equal((await cosigners.over(200, LONG))!.size, 200);
  cosigners.offer(head(50));
  assert.equal((await cosigners.over(50, LONG))!.size, 200, 'never back');
});

it('a witness that is down costs nobody anything; too few are told as too few, and it is asked again', async () => {
  const up = await witness('up');
  let down = true;
  const back = await witness('back');
  const url = await impostor(() => (down ? { status: 503, body: 'not now' } : { status: 307, body: '' }));
  const { cosigners, failures } = ask([up, { ...back, url }], { atLeast: 1, of: [up.vkey, back.vkey] });
  cosigners.offer(head(9));
  assert.deepEqual((await cosigners.over(9, LONG))!.reached, true);
  down = false;
  const strict = ask([up, { ...back, url }], all(up, back));
  strict.cosigners.offer(head(10));
  await eventually(() => strict.failures.length > 0);
  let few = await strict.cosigners.over(10, 20);
  while (few?.signed !== 1) few = await strict.cosigners.over(10, 20);
  assert.deepEqual([few.of, few.reached], [2, false]);
  assert.equal(strict.cosigners.latest!.reached, false);
  assert.ok(failures.length > 0);
});

it('is asked again after its pause, by itself', async () => {
  const a = await witness('flaky');
  let refusals = 2;
  const url = await impostor((body) => {
    if (refusals-- > 0) return { status: 500, body: '' };
    // Passed on: a 409 or a cosignature by the real one.
    return { status: 200, body: answers.get(body) ?? '' };
  });
  const answers = new Map<string, string>();
  const request = log.request(0, 20);
  answers.set(new TextDecoder().decode(request), (await a.witness.add(request)).body);
  const { cosigners, failures } = ask([{ ...a, url }], all(a));
  cosigners.offer(head(20));
  assert.equal((await cosigners.over(20, LONG))!.reached, true);
  assert.deepEqual(failures, ['A witness answers 500.', 'A witness answers 500.']);
});

it('believes no cosignature that does not verify', async () => {
  const a = await witness('victim');
  const { body } = await a.witness.add(log.request(0, 30));
  for (const said of [body, '', 'OK\n', body.slice(0, -1), '— witness.example/victim AAAA\n', 'x'.repeat(100_000)]) {
    // Of another checkpoint, none, cut, too long.
    const url = await impostor(() => ({ status: 200, body: said }));
    const { cosigners, failures } = ask([{ ...a, url }], all(a));
    cosigners.offer(head(31));
    await eventually(() => failures.length > 0);
    assert.deepEqual((await cosigners.over(31, 20))!.signed, 0, said.slice(0, 20));
  }
});

it('tells when a witness has seen more, or something else: the log was put back, or forked', async () => {
  const a = await witness('elder');
  assert.equal((await a.witness.add(log.request(0, 100))).status, 200);
  const rolledBack = ask([a], all(a));
  rolledBack.cosigners.offer(head(40));
  await eventually(() => rolledBack.failures.length > 0);
  assert.equal((await rolledBack.cosigners.over(40, 20))!.reached, false);
  assert.match(rolledBack.failures[0]!, /has seen 100 receipts, the log has 40/);
  const fork = history(log.signer, 200, { from: 90, name: 'fork' });
  const forked = ask([a], all(a), fork);
  forked.cosigners.offer(head(100, fork));
  await eventually(() => forked.failures.length > 0);
  assert.equal((await forked.cosigners.over(100, 20))!.reached, false);
  assert.match(forked.failures[0]!, /another history of 100 receipts/);
  const grown = ask([a], all(a), fork);
  grown.cosigners.offer(head(150, fork));
  await eventually(() => grown.failures.length > 0);
  assert.equal((await grown.cosigners.over(150, 20))!.reached, false);
  assert.match(grown.failures[0]!, /answers 422/);
});

it('closes at once, whatever a witness does', async () => {
  const a = await witness('silent');
  const url = await impostor(() => null);
  const { cosigners, failures } = ask([{ ...a, url }], all(a));
  cosigners.offer(head(5));
  const waiting = cosigners.over(5, LONG);
  await cosigners.close();
  assert.equal((await waiting)!.reached, false);
  assert.deepEqual(failures, []);
});

it('asks nobody without a URL', () => {
  assert.throws(() => ask([{ name: 'a', vkey: log.vkey, url: null as unknown as string }], null), {
    code: 'POLICY_INVALID',
  });
});
