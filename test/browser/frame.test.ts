/** The frame, probed as an attacker would: nothing leaves; and the same attack leaks from its twin, which has neither guard nor policy. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import type { CellState, CompiledNotebook } from '#common/notebook.ts';
import { compileNotebook } from '../../kernel/notebook/compile.ts';
import type { TestPage } from '../../workbench/frame/test-page-api.ts';
import { launchChromium } from './chromium.ts';
import type { Attack } from './frame-attack.ts';
import { ESCAPES } from './frame-attacks-escape.ts';
import { LOADS } from './frame-attacks-load.ts';
import { type Evil, startEvil } from './frame-evil.ts';
import { CHANGES, GLOBAL, NEVER, SEEN } from './frame-looks.ts';
import { type FrameServer, startFrameServer } from './frame-server.ts';
import { openSession, type Session } from './frame-session.ts';

/** In the browser. */
declare const page: TestPage;

/** In milliseconds: how long a leak may take where there is one. */
const PATIENCE = 60_000;

const FENCE = '```';
const cell = (info: string, code: string): string => `${FENCE}${info}\n${code}\n${FENCE}\n`;
const viewCell = (code: string): CompiledNotebook => compileNotebook(cell('js id=attack view', code));
const USES = '---\nuses: [models.train]\ndatasets: [some]\n---\n';

describe('the frame', { concurrency: 6 }, () => {
  let browser: Browser;
  let guarded: FrameServer;
  let twin: FrameServer;
  const idle = new Map<FrameServer, Session[]>();

  before(async () => {
    [browser, guarded, twin] = await Promise.all([
      launchChromium(),
      startFrameServer(),
      startFrameServer({ twin: true }),
    ]);
  });
  after(() => Promise.all([browser.close(), guarded.close(), twin.close()]));

  /** A page is used again, with a new frame each time. */
  async function session<T>(server: FrameServer, work: (session: Session) => Promise<T>): Promise<T> {
    const pool = idle.get(server) ?? [];
    idle.set(server, pool);
    const opened = pool.pop() ?? (await openWithData(server));
    const done = await work(opened);
    pool.push(opened);
    return done;
  }

  async function openWithData(server: FrameServer): Promise<Session> {
    const opened = await openSession(browser, server);
    await opened.tab.evaluate(() => (page.datasets['some'] = { $: 'table', rows: 0, columns: [] }));
    return opened;
  }

  const run = (server: FrameServer, notebook: CompiledNotebook): Promise<Readonly<Record<string, CellState>>> =>
    session(server, async (opened) => (await opened.run(notebook)).states);

  /** What the attacker was told; `until` has passed since, with the frame still there. */
  async function attack(
    server: FrameServer,
    { code }: Attack,
    evil: Evil,
    until: (told: Promise<string>) => Promise<unknown>,
  ): Promise<string> {
    const source = `const evil = ${JSON.stringify(evil.origin)}, udp = ${evil.udp}, used = [svg, html];\n${code}`;
    return session(server, async (opened) => {
      const ran = opened.run(viewCell(source)).then(
        ({ states }) => states['attack']?.error?.message ?? 'done',
        (error: Error) => error.message,
      );
      // A frame that navigates itself away never settles.
      const told = Promise.race([ran, evil.hit.then(() => 'it got out'), wait(PATIENCE).then(() => 'nothing')]);
      await until(told);
      return told;
    });
  }

  for (const probe of [...LOADS, ...ESCAPES]) {
    it(`lets nothing out: ${probe.name}`, async (t) => {
      let took = 500;
      const [evil, evilOfTwin] = await Promise.all([startEvil(), startEvil()]);
      t.after(() => [evil, evilOfTwin].forEach((server) => server.close()));
      if (probe.always !== true) {
        const started = performance.now();
        const told = await attack(twin, probe, evilOfTwin, () => Promise.race([evilOfTwin.hit, wait(PATIENCE)]));
        assert.notEqual(evilOfTwin.hits, 0, `the twin does not leak: the probe proves nothing; told: ${told}`);
        took = performance.now() - started;
      }
      // After the attack as long again as a whole leak takes on this machine at this hour.
      const told = await attack(guarded, probe, evil, (ran) => ran.then(() => wait(took)));
      assert.equal(evil.hits, 0, `it leaked; the cell was told: ${told}`);
      if (probe.refused === true) assert.notEqual(told, 'done', 'it was not refused');
    });
  }

  /** Probes that do not disturb each other share a frame: to start one costs more than all that they do. */
  function together(
    server: () => FrameServer,
    probes: Readonly<Record<string, string>>,
    { info = '', front = '' } = {},
  ): (what: string) => Promise<CellState> {
    const names = Object.keys(probes);
    const cells = names.map((what, i) => cell(`js id=probe-${i}${info}`, probes[what]!));
    let states: ReturnType<typeof run> | undefined;
    return async (what) => {
      states ??= run(server(), compileNotebook(front + cells.join('')));
      const state = (await states)[`probe-${names.indexOf(what)}`];
      assert(state, 'the probe ran');
      return state;
    };
  }

  const view = { info: ' view' };
  const ofGuarded = together(() => guarded, { ...SEEN, ...NEVER }, view);
  const ofTwin = together(() => twin, SEEN, view);
  for (const what of Object.keys({ ...SEEN, ...NEVER })) {
    it(`shows nothing of outside: ${what}`, async () => {
      assert.equal((await ofGuarded(what)).status, 'failed', 'it was found');
      if (!(what in SEEN)) return;
      const { status, error } = await ofTwin(what);
      assert.equal(status, 'done', `not even the twin shows it: ${error?.message}`);
    });
  }

  const found = Object.entries(GLOBAL).map(([what, code], i): [string, string] => [
    what,
    `const found${i} = [${code}].map((g) => typeof g === 'object' && g !== null && ('document' in g || 'fetch' in g || 'setTimeout' in g))[0]`,
  ]);
  const ofValues = together(() => guarded, Object.fromEntries(found), { front: USES });
  for (const [what] of found) {
    it(`has no window for value cells: ${what}`, async () => {
      const { status, outputs } = await ofValues(what);
      if (status === 'done') assert.equal(outputs![0]!.preview, 'false');
      else assert.equal(status, 'failed');
    });
  }

  const changes = { value: together(() => guarded, CHANGES), view: together(() => guarded, CHANGES, view) };
  for (const what of Object.keys(CHANGES)) {
    it(`keeps what others build upon: ${what}`, async () => {
      assert.deepEqual([(await changes.value(what)).status, (await changes.view(what)).status], ['failed', 'failed']);
    });
  }

  it('sends no cookie with what it may load', async () => {
    const load =
      "const s = document.createElement('script'); s.src = '/assets/none.js'; document.head.append(s); await new Promise((r) => { s.onerror = r; s.onload = r })";
    await session(guarded, async (opened) => {
      await opened.run(viewCell(load));
      await opened.tab.evaluate(() => fetch('/assets/twin.js'));
    });
    const cookie = (url: string): string | undefined => guarded.seen.find((request) => request.url === url)!.cookie;
    assert.equal(cookie('/assets/none.js'), undefined);
    assert.equal(cookie('/assets/twin.js'), 'assay=secret');
  });

  it('calls no method and reads no data that the notebook does not name', async () => {
    const text = `${USES}${cell('js id=fine', 'await models.train({rows: 1})')}${cell('js id=other', 'await models.predict({})')}${cell('js id=data', 'other_table')}`;
    await session(guarded, async (opened) => {
      const { states } = await opened.run(compileNotebook(text));
      assert.equal(states['fine']!.status, 'done');
      assert.equal(states['other']!.error!.code, 'NOT_USED');
      assert.equal(states['data']!.status, 'failed');
    });
  });

  it('is not heard by the page but through its ports', async () => {
    const forged =
      "const { port1, port2 } = new window.MessageChannel(); window.parent.postMessage('assay:hello', '*', [port1, port2]); window.parent.postMessage([1, 'call', ['attack', 'models.train', {}]], '*'); await new Promise((r) => window.setTimeout(r))";
    await session(guarded, async (opened) => {
      const before = await opened.tab.evaluate(() => page.calls.length);
      const { states } = await opened.run(viewCell(forged));
      assert.equal(states['attack']!.status, 'done', states['attack']!.error?.message);
      assert.equal(await opened.tab.evaluate(() => page.calls.length), before);
    });
  });

  it('leaves the page alive in an endless loop, and is stopped', async () => {
    const text = cell('js id=a', 'const a = 1') + cell('js id=loop', 'a; for (;;);');
    await session(guarded, async (opened) => {
      void opened.run(compileNotebook(text)).catch(() => undefined);
      await opened.tab.waitForFunction(() => page.states.get('loop')?.status === 'running');
      // The page goes on beating while the frame is stuck.
      await opened.tab.evaluate(async () => {
        for (let beat = 0; beat < 20; beat++) await new Promise((resolve) => setTimeout(resolve, 10));
      });
      const { states } = await opened.run(compileNotebook(cell('js id=b', '40 + 2')));
      assert.equal(states['b']!.outputs![0]!.preview, '42');
    });
  });
});

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
