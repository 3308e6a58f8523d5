/** The frame, probed as an attacker would: nothing leaves, and where policy is what stops it, the same attack leaks without. */
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import type { CompiledNotebook } from '#common/notebook.ts';
import { compileNotebook } from '../../kernel/notebook/compile.ts';
import type { TestPage } from '../../workbench/frame/test-page-api.ts';
import { launchChromium } from './chromium.ts';
import { type Attack, ATTACKS, LOOKS } from './frame-attacks.ts';
import { type FrameServer, type Policies, startFrameServer } from './frame-server.ts';
import { openSession, type Session } from './frame-session.ts';

/** In the browser. */
declare const page: TestPage;

const FENCE = '```';
const cell = (info: string, code: string): string => `${FENCE}${info}\n${code}\n${FENCE}\n`;
const viewCell = (code: string): CompiledNotebook => compileNotebook(cell('js id=attack view', code));

/** Counts everything that arrives, bytes or not. */
interface Evil {
  readonly origin: string;
  readonly stun: number;
  hits(): number;
  close(): void;
}

async function startEvil(): Promise<Evil> {
  let hits = 0;
  const http: Server = createServer((_request, response) => {
    hits++;
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/plain' }).end('x');
  });
  http.on('connection', () => hits++);
  http.on('upgrade', (_request, socket) => socket.destroy());
  const udp = dgram.createSocket('udp4');
  udp.on('message', () => hits++);
  await Promise.all([
    new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve)),
    new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve)),
  ]);
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    stun: udp.address().port,
    hits: () => hits,
    close() {
      http.closeAllConnections();
      http.close();
      udp.close();
    },
  };
}

const OPEN: Policies = { page: null, frame: {} };

describe('the frame', { concurrency: 3 }, () => {
  let browser: Browser;
  let guarded: FrameServer;
  let open: FrameServer;

  before(async () => {
    [browser, guarded, open] = await Promise.all([launchChromium(), startFrameServer(), startFrameServer()]);
    open.policies = OPEN;
  });
  after(() => Promise.all([browser.close(), guarded.close(), open.close()]));

  /** What reached the evil server, and what the attacker was told. */
  async function attack(
    server: FrameServer,
    { code }: Attack,
  ): Promise<{ readonly hits: number; readonly told: string }> {
    const [evil, session] = [await startEvil(), await openSession(browser, server)];
    try {
      const source = `const evil = ${JSON.stringify(evil.origin)}, stun = ${evil.stun}, s = svg;\n${code}`;
      // A frame that navigates itself away never settles.
      const told = await Promise.race([
        session.run(viewCell(source)).then(({ states }) => states['attack']?.error?.message ?? 'done'),
        new Promise<string>((resolve) => setTimeout(resolve, 2500, 'gone')),
      ]);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return { hits: evil.hits(), told };
    } finally {
      await session.close();
      evil.close();
    }
  }

  for (const probe of ATTACKS) {
    it(`lets nothing out: ${probe.name}`, async () => {
      const { hits, told } = await attack(guarded, probe);
      assert.equal(hits, 0, `it leaked; the cell was told: ${told}`);
      if (!probe.always)
        assert.notEqual(
          (await attack(open, probe)).hits,
          0,
          'the twin without policy does not leak: the probe proves nothing',
        );
    });
  }

  async function session<T>(work: (session: Session) => Promise<T>, server = guarded): Promise<T> {
    const opened = await openSession(browser, server);
    try {
      return await work(opened);
    } finally {
      await opened.close();
    }
  }

  for (const [what, code] of Object.entries(LOOKS)) {
    it(`shows nothing of outside: ${what}`, async () => {
      const { states } = await session((opened) => opened.run(viewCell(code)));
      assert.equal(states['attack']!.status, 'failed', 'it was found');
    });
  }

  it('sends no cookie with what it may load', async () => {
    await session(async (opened) => {
      await opened.run(
        viewCell(
          "const s = document.createElement('script'); s.src = '/assets/none.js'; document.head.append(s); await new Promise((r) => setTimeout(r, 300))",
        ),
      );
      await opened.tab.evaluate(() => fetch('/assets/twin.js'));
    });
    const cookie = (url: string): string | undefined => guarded.seen.find((request) => request.url === url)!.cookie;
    assert.equal(cookie('/assets/none.js'), undefined);
    assert.equal(cookie('/assets/twin.js'), 'assay=secret');
  });

  it('calls no method that the notebook does not name', async () => {
    const text = `---\nuses: [models.train]\n---\n${cell('js id=fine', 'await models.train({rows: 1})')}${cell('js id=other', 'await models.predict({})')}`;
    await session(async (opened) => {
      const { states } = await opened.run(compileNotebook(text));
      assert.equal(states['fine']!.status, 'done');
      assert.equal(states['other']!.error!.code, 'NOT_USED');
      assert.deepEqual(await opened.tab.evaluate(() => page.calls.map(([, method]) => method)), ['models.train']);
    });
  });

  it('cannot have its messages intercepted by a view cell', async () => {
    const code = `const seen = []; const post = window.MessagePort.prototype.postMessage;
      try { window.MessagePort.prototype.postMessage = function (...args) { seen.push(this); return post.apply(this, args) } } catch (error) { seen.push('refused') }
      if (seen[0] !== 'refused' || window.MessagePort.prototype.postMessage !== post) throw new Error('replaced')`;
    const { states } = await session((opened) => opened.run(viewCell(code)));
    assert.equal(states['attack']!.status, 'done', states['attack']!.error?.message);
  });

  it('leaves the page alive in an endless loop, and is stopped', async () => {
    const text = cell('js id=a', 'const a = 1') + cell('js id=loop', 'a; for (;;);');
    await session(async (opened) => {
      void opened.run(compileNotebook(text)).catch(() => undefined);
      await opened.tab.waitForFunction(() => page.states.get('loop')?.status === 'running');
      const beats = await opened.tab.evaluate(async () => {
        let count = 0;
        const timer = setInterval(() => count++, 10);
        await new Promise((resolve) => setTimeout(resolve, 300));
        clearInterval(timer);
        return count;
      });
      assert(beats > 5, `the page beat ${beats} times`);
      const { states } = await opened.run(compileNotebook(cell('js id=b', '40 + 2')));
      assert.equal(states['b']!.outputs![0]!.preview, '42');
    });
  });
});
