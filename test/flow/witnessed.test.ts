/** A kernel with witnesses, as a team has it: sealed runs carry cosignatures, a policy asks for them, and a witness that is down stops nobody. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { openNote, parseVkey } from '#common/tlog/note.ts';
import { readZip } from '#common/zip/zip.ts';
import { openWitness, type Witness } from '../../kernel/witness/index.ts';
import { buildWitnessServer } from '../../kernel/witness/server.ts';
import { makeProject, notebook, serveProject, type Project } from './seal-project.ts';

interface Judged {
  readonly ok: boolean;
  readonly checks: readonly { readonly code: string; readonly ok: boolean | null; readonly detail: string }[];
}
interface Sealed {
  readonly seal: {
    readonly witnesses: { readonly signed: number; readonly of: number; readonly reached: boolean } | null;
  };
}

let project: Project;
let vkey: string;
const witnesses: { readonly witness: Witness; readonly url: string; close(): Promise<void> }[] = [];

before(async () => {
  project = makeProject();
  project.write('notebooks/small.md', notebook('seed: 1', 'ts id=a name=a\n1 + 1'));
});
after(async () => {
  for (const { close } of witnesses) await close();
  project.remove();
});

const json = async <T>(...argv: string[]): Promise<T> => {
  const { out, err } = await project.assay(...argv, '--json');
  assert.notEqual(out, '', err);
  return JSON.parse(out) as T;
};
const seal = (out: string): Promise<Sealed> => json<Sealed>('run', 'small', '--seal', '--out', project.path(out));
const failed = ({ checks }: Judged): string[] => checks.filter(({ ok }) => ok === false).map(({ code }) => code);
const lines = (): string => witnesses.map(({ witness, url }, i) => `witness w${i} ${witness.vkey} ${url}`).join('\n');

describe('a kernel with witnesses', () => {
  it('seals without any, and says nothing of them', async () => {
    assert.equal((await seal('plain.zip')).seal.witnesses, null);
    vkey = new TextDecoder().decode(readZip(readFileSync(project.path('plain.zip'))).get('proof/log.vkey')).trim();
  });

  it('collects their cosignatures, which a policy can ask for', async () => {
    for (const name of ['one', 'two']) {
      const witness = await openWitness({
        dir: join(project.dir, name),
        logs: [vkey],
        name: `witness.example/${name}`,
      });
      const app = buildWitnessServer(witness, pino({ level: 'silent' }));
      const url = await app.listen({ host: '127.0.0.1', port: 0 });
      witnesses.push({
        witness,
        url,
        close: async () => {
          await app.close();
          await witness.close();
        },
      });
    }
    project.write('.assay/witnesses.txt', `${lines()}\ngroup both all w0 w1\nquorum both\n`);
    assert.deepEqual((await seal('seen.zip')).seal.witnesses, { signed: 2, of: 2, reached: true });
    const files = readZip(readFileSync(project.path('seen.zip')));
    const checkpoint = new TextDecoder().decode(files.get('proof/checkpoint'));
    const keys = [vkey, ...witnesses.map(({ witness }) => witness.vkey)].map(parseVkey);
    assert.equal(openNote(checkpoint, keys).signatures.length, 3);

    project.write('policy', `log ${vkey}\n${lines()}\ngroup both all w0 w1\nquorum both\n#assay max-age 1d\n`);
    const judged = await json<Judged>('verify', project.path('seen.zip'), '--policy', project.path('policy'));
    assert.deepEqual(failed(judged), []);
    assert.match(judged.checks.find(({ code }) => code === 'FRESH')!.detail, /^2 of your witnesses/);
    const bare = await json<Judged>('verify', project.path('plain.zip'), '--policy', project.path('policy'));
    assert.deepEqual(failed(bare), ['WITNESSES', 'FRESH']);
  });

  it('an audit pack carries their cosignatures too', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const out = project.path('pack.zip');
    const { witnesses: told } = await json<Sealed['seal']>('pack', '--from', '2026-01-01', '--to', day, '--out', out);
    assert.deepEqual(told, { signed: 2, of: 2, reached: true });
    const auditor = ['--policy', project.path('policy'), '--home', project.path('auditor')];
    const judged = await json<Judged>('verify', out, ...auditor);
    assert.deepEqual(failed(judged), []);
    assert.match(judged.checks.find(({ code }) => code === 'WITNESSES')!.detail, /^2 of your witnesses/);
  });

  it('serves the cosigned checkpoint', async () => {
    const stop = await serveProject(project);
    try {
      const { url, token } = JSON.parse(readFileSync(project.path('.assay/kernel.json'), 'utf8')) as {
        url: string;
        token: string;
      };
      const asking = async (): Promise<string> =>
        (await fetch(`${url}/api/v1/log/checkpoint`, { headers: { authorization: `Bearer ${token}` } })).text();
      const keys = [vkey, ...witnesses.map(({ witness }) => witness.vkey)].map(parseVkey);
      let note = await asking();
      while (openNote(note, keys).signatures.length < 3) note = await asking();
    } finally {
      await stop();
    }
  });

  it('a log that was put back and went on is refused, an older bundle is not', async () => {
    const seen = (zip: string, ...more: string[]): Promise<Judged> =>
      json<Judged>('verify', project.path(zip), ...more);
    const rollback = ({ checks }: Judged): boolean | null => checks.find(({ code }) => code === 'ROLLBACK')!.ok;
    assert.deepEqual([rollback(await seen('plain.zip')), failed(await seen('plain.zip'))], [null, []]);
    assert.equal(rollback(await seen('seen.zip')), true);
    const logDir = project.path('.assay/log/local');
    assert.equal(rollback(await seen('plain.zip', '--log', logDir)), true, 'proved to be its beginning');
    assert.deepEqual(failed(await seen('plain.zip', '--latest')), ['ROLLBACK']);
    const memory = JSON.parse(readFileSync(project.path('.assay/seen.json'), 'utf8')) as {
      size: number;
      time: string;
    }[];
    assert.equal(memory.length, 1);
    // As if a larger tree had been seen before this seal was made.
    const before = [{ ...memory[0], size: 5000, time: '2020-01-01T00:00:00.000Z' }];
    project.write('.assay/seen.json', JSON.stringify(before));
    const judged = await seen('seen.zip');
    assert.deepEqual(failed(judged), ['ROLLBACK']);
    project.write('.assay/seen.json', 'nonsense');
    const { code, err } = await project.assay('verify', project.path('seen.zip'));
    assert.deepEqual([code, err.includes('SEEN_INVALID')], [1, true]);
  });

  it('seals all the same when one is down, and says that it is', async () => {
    await witnesses[1]!.close();
    assert.deepEqual((await seal('late.zip')).seal.witnesses, { signed: 1, of: 2, reached: false });
    const { out } = await project.assay('run', 'small', '--seal', '--out', project.path('told.zip'));
    assert.match(out, /Only 1 of 2 witnesses cosigned/);
    project.write('.assay/seen.json', '[]');
    const judged = await json<Judged>('verify', project.path('late.zip'), '--policy', project.path('policy'));
    assert.deepEqual(failed(judged), ['WITNESSES', 'FRESH']);
  });

  it('a settings file that can’t be read stops the kernel before it writes anything', async () => {
    project.write('.assay/witnesses.txt', 'witness one nonsense http://127.0.0.1:1\nquorum one\n');
    const { code, err } = await project.assay('run', 'small', '--seal', '--out', project.path('never.zip'));
    assert.equal(code, 1);
    assert.match(err, /POLICY_INVALID/);
    assert.match(err, /witnesses\.txt, line 1/);
  });
});
