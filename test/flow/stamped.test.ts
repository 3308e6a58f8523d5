/** Sealed runs with a time stamp (RFC 3161) from an authority that OpenSSL plays: asked for, carried, verified, and by OpenSSL itself too. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { sha256Hex } from '#crypto';
import { TIMESTAMP_QUERY, TIMESTAMP_REPLY } from '#common/timestamp/timestamp.ts';
import { readZip, writeZip } from '#common/zip/zip.ts';
import { makeAuthority, type Authority } from '../openssl-authority.ts';
import { makeProject, notebook, type Project } from './seal-project.ts';

interface Judged {
  readonly ok: boolean;
  readonly checks: readonly { readonly code: string; readonly ok: boolean | null; readonly detail: string }[];
}

let project: Project;
let authority: Authority;
let server: Server;
let down = false;
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

before(async () => {
  project = makeProject();
  authority = makeAuthority();
  project.write('notebooks/small.md', notebook('seed: 1', 'ts id=a name=a\n1 + 1'));
  server = createServer((request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = request.headers['content-type'] === TIMESTAMP_QUERY;
      if (down || !asked) reply.writeHead(503).end();
      else reply.writeHead(200, { 'content-type': TIMESTAMP_REPLY }).end(authority.reply(Buffer.concat(chunks)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.write('.assay/tsa.txt', `http://127.0.0.1:${(server.address() as AddressInfo).port}/\n`);
});
after(() => {
  server.close();
  authority.remove();
  project.remove();
});

const json = async <T>(...argv: string[]): Promise<T> => {
  const { out, err } = await project.assay(...argv, '--json');
  assert.notEqual(out, '', err);
  return JSON.parse(out) as T;
};
const files = (zip: string): ReadonlyMap<string, Uint8Array> => readZip(readFileSync(project.path(zip)));
const seal = async (zip: string): Promise<string | null> =>
  (await json<{ seal: { stamped: string | null } }>('run', 'small', '--seal', '--out', project.path(zip))).seal.stamped;
const time = async (zip: string, ...policy: string[]): Promise<readonly [boolean | null, string[]]> => {
  const { checks } = await json<Judged>('verify', project.path(zip), ...policy);
  const failed = checks.filter(({ ok }) => ok === false).map(({ code }) => code);
  return [checks.find(({ code }) => code === 'TIME')!.ok, failed];
};

describe('a sealed run with a time stamp', () => {
  it('is stamped, and says so; a policy that trusts the authority believes it', async () => {
    const began = Date.now();
    const stamped = await seal('stamped.zip');
    assert.ok(Math.abs(Date.parse(stamped!) - began) < 3_600_000);
    const log = text(files('stamped.zip').get('proof/log.vkey')).trim();
    project.write('policy', `log ${log}\n#assay tsa-root ${authority.root}\nquorum none\n`);
    assert.deepEqual(await time('stamped.zip', '--policy', project.path('policy')), [true, []]);
    assert.deepEqual(await time('stamped.zip'), [null, []], 'nobody’s word for someone who trusts nobody');
    const { out } = await project.assay('verify', project.path('stamped.zip'), '--policy', project.path('policy'));
    assert.match(out, /logged +after 20\d\d-\S+, before 20\d\d-/);
    const [after, before] = [...out.matchAll(/(?:after|before) (20\S+?Z)/g)].map(([, at]) => Date.parse(at!));
    assert.ok(after! < before! && before! - after! < 3_600_000);
    const other = makeAuthority();
    project.write('other', `log ${log}\n#assay tsa-root ${other.root}\n`);
    other.remove();
    assert.deepEqual(await time('stamped.zip', '--policy', project.path('other')), [false, ['TIME']]);
  });

  it('so is an audit pack; the stamp of another checkpoint is not taken for its own', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const argv = ['pack', '--from', '2026-01-01', '--to', day, '--out', project.path('pack.zip')];
    const { stamped } = await json<{ stamped: string | null }>(...argv);
    assert.ok(Date.parse(stamped!) > 0);
    assert.deepEqual(await time('pack.zip', '--policy', project.path('policy')), [true, []]);
    const reply = files('stamped.zip').get('proof/checkpoint.tsr')!;
    project.write('changed.zip', writeZip(new Map(files('pack.zip')).set('proof/checkpoint.tsr', reply)));
    assert.deepEqual(await time('changed.zip'), [false, ['ATTACHED', 'TIME']]);
  });

  it('which authority is asked is on record, by a digest that tells no secret of its address', async () => {
    interface Keys {
      readonly authority: { readonly after: number; readonly digest: string | null };
    }
    const { authority: asked } = await json<Keys>('keys');
    const url = readFileSync(project.path('.assay/tsa.txt'), 'utf8').trim();
    assert.equal(asked.digest, sha256Hex(url));
    const kept = new Map(files('stamped.zip')).get('proof/keys/000000.json');
    assert.match(text(kept), new RegExp(`"event":"authority".*asked at ${new URL(url).host}`));
    project.write('.assay/tsa.txt', 'http://user:secret@127.0.0.1:9/token\n');
    const { authority: other } = await json<Keys>('keys');
    assert.ok(other.after > asked.after && other.digest !== asked.digest);
    project.write('.assay/tsa.txt', '\n');
    assert.deepEqual((await json<Keys>('keys')).authority.digest, null);
    const { out } = await project.assay('receipts', '--kind', 'key');
    assert.match(out, /asked at 127\.0\.0\.1:9/);
    assert.doesNotMatch(out, /secret|token/);
    project.write('.assay/tsa.txt', `${url}\n`);
    const { out: said } = await project.assay('keys');
    assert.match(said, /Time stamps are asked for as receipt \d+ says/);
  });

  it('OpenSSL alone verifies it: the checkpoint’s text and the log’s own line', () => {
    const carried = files('stamped.zip');
    const note = text(carried.get('proof/checkpoint')).split('\n').slice(0, 5).join('\n');
    const reply = carried.get('proof/checkpoint.tsr')!;
    assert.equal(authority.verifies(reply, new TextEncoder().encode(`${note}\n`)), true);
    assert.equal(authority.verifies(reply, new TextEncoder().encode(note)), false);
  });

  it('is not believed when it is of another checkpoint, altered or taken out', async () => {
    assert.notEqual(await seal('later.zip'), null);
    const [first, later] = [files('stamped.zip'), files('later.zip')];
    const reply = first.get('proof/checkpoint.tsr')!;
    const put = (bytes: Uint8Array | null): void => {
      const changed = new Map(later);
      if (bytes === null) changed.delete('proof/checkpoint.tsr');
      else changed.set('proof/checkpoint.tsr', bytes);
      project.write('changed.zip', writeZip(changed));
    };
    const policy = ['--policy', project.path('policy')];
    put(reply);
    assert.deepEqual(await time('changed.zip'), [false, ['ATTACHED', 'TIME']]);
    const own = later.get('proof/checkpoint.tsr')!;
    put(own.with(own.length - 1, own.at(-1)! ^ 1));
    assert.deepEqual(await time('changed.zip', ...policy), [false, ['ATTACHED', 'TIME']]);
    put(null);
    assert.deepEqual(await time('changed.zip', ...policy), [false, ['ATTACHED', 'TIME']]);
    // The notebook's stamp of the other run, and none: `open` names its own.
    for (const early of [first.get('proof/notebook.tsr')!, null]) {
      const changed = new Map(later);
      if (early === null) changed.delete('proof/notebook.tsr');
      else changed.set('proof/notebook.tsr', early);
      project.write('changed.zip', writeZip(changed));
      assert.deepEqual(await time('changed.zip'), [false, ['ATTACHED', 'TIME']]);
    }
    put(null);
    assert.deepEqual(await time('changed.zip'), [null, ['ATTACHED']], 'whom nobody trusts was taken out all the same');
  });

  it('an authority that is down costs the time stamp, not the seal', async () => {
    down = true;
    assert.equal(await seal('bare.zip'), null);
    assert.equal(files('bare.zip').has('proof/checkpoint.tsr'), false);
    assert.deepEqual(await time('bare.zip'), [null, []]);
    const { out } = await project.assay('run', 'small', '--seal', '--out', project.path('told.zip'));
    assert.match(out, /! It carries no time stamp.* it answers 503/);
  });
});
