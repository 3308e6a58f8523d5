/** The Verify page as one saved file, opened from a disk without a network, against the command line’s words. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { sealedRun, signer, stranger } from '../../kernel/common/bundle/bundle.fixture.ts';
import { writeBigBundle } from '../../bench/lib/big-bundle.ts';
import { formatVkey } from '../../kernel/common/tlog/note.ts';
import { VERIFY_CHECKS, VERIFY_MEANINGS, verifyBundle } from '../../kernel/common/verify/verify.ts';
import { buildVerifier } from '../../workbench/verifier.node.ts';
import { launchChromium } from './chromium.ts';

const { zip } = sealedRun();
const CLI = fileURLToPath(new URL('../../kernel/cli.js', import.meta.url));
let [folder, html] = ['', ''];
let browser: Browser;
let page: Page;
const asked: string[] = [];
const wrong: string[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-verifier-'));
  // As a user has it, from any folder.
  html = execFileSync(process.execPath, [CLI, 'verifier'], { cwd: folder, encoding: 'utf8', maxBuffer: 1e8 });
  await writeFile(join(folder, 'verify.html'), html);
  browser = await launchChromium();
  const context = await browser.newContext({ offline: true });
  page = await context.newPage();
  page.on('request', (request) => void asked.push(request.url()));
  page.on('console', (message) => void (message.type() === 'error' && wrong.push(message.text())));
  page.on('pageerror', (error) => void wrong.push(error.message));
  await page.goto(pathToFileURL(join(folder, 'verify.html')).href);
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

/** As it comes from a hand: a file, dropped anywhere on the page. */
async function drop(bytes: Uint8Array, name: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([base64, called]) => {
      const data = new DataTransfer();
      const file = Uint8Array.from(atob(base64!), (letter) => letter.charCodeAt(0));
      data.items.add(new File([file], called!, { type: 'application/zip' }));
      return data;
    },
    [Buffer.from(bytes).toString('base64'), name],
  );
  await page.dispatchEvent('.drop-zone', 'drop', { dataTransfer: transfer });
}

const verdict = (ok: boolean): Promise<unknown> => page.waitForSelector(`.verdict[data-ok="${ok}"]`);
const rows = (): Promise<[string, string, string][]> =>
  page.$$eval('.checks tbody tr', (all) =>
    all.map((row) => [
      row.querySelector('code')!.textContent,
      row.getAttribute('data-ok')!,
      row.querySelector('.checks-detail')!.textContent,
    ]),
  );

test('a bundle that holds: every check, in the words of the command line', async () => {
  await drop(zip, 'run.zip');
  await verdict(true);
  const { checks } = await verifyBundle(zip);
  // What is remembered of a log is each one's own.
  const shared = ([code]: readonly string[]): boolean => code !== 'ROLLBACK';
  assert.deepEqual(
    (await rows()).filter(shared),
    checks.map(({ code, ok, detail }) => [code, String(ok), detail]).filter(shared),
  );
  assert.equal(checks.length, Object.keys(VERIFY_CHECKS).length - 2, 'PERIOD and REPORT are those of audit packs');
  assert.equal(await page.textContent('.verdict-title'), 'It holds');
  assert.ok(await page.isVisible('.graph svg'), 'the lineage is drawn');
});

test('a key that the reader knows judges the signer, and another refutes it', async () => {
  await page.click('.policy summary');
  await page.fill('#policy-text', formatVkey(signer));
  await page.click('text=Judge by this');
  await page.waitForSelector('#check-SIGNER[data-ok="true"]');
  assert.equal(await page.isVisible('text=Trust this kernel’s own log'), false, 'there is no kernel');
  await page.click('text=Trust nobody');
  await page.waitForSelector('#check-SIGNER[data-ok="null"]');
});

const detail = (code: string): Promise<string | null> => page.textContent(`#check-${code} .checks-detail`);
const STRANGER = `log ${formatVkey(stranger)}\n`;

test('a policy in words, as JSON and as a file: each rule is judged, and a fault is told with its line', async () => {
  const summary = (): Promise<string | null> => page.textContent('.policy summary .quiet');
  await page.fill('#policy-text', `log ${formatVkey(signer)}\n#assay org someone\nquorum none\n`);
  await page.click('text=Judge by this');
  await page.waitForSelector('#check-SIGNER[data-ok="false"]');
  assert.equal(await detail('SIGNER'), 'Your policy asks for “someone”, this is of “test”.');
  assert.equal(await summary(), 'one log, only the organisation “someone”');
  await page.fill('#policy-text', JSON.stringify({ logs: [formatVkey(signer)], org: 'test' }));
  await page.click('text=Judge by this');
  await page.waitForSelector('#check-SIGNER[data-ok="true"]');
  for (const [text, fault] of [
    ['log nonsense', /^line 1: /],
    [`${STRANGER}quorum w1\n`, /^line 2: .*names a witness or group above/],
    [JSON.stringify({ logs: [formatVkey(signer)], quota: 1 }), /^quota: /],
    ['{"logs": ', /not JSON/],
  ] as const) {
    await page.fill('#policy-text', text);
    await page.click('text=Judge by this');
    await page.waitForSelector('.policy-fault:not(:empty)');
    assert.match((await page.textContent('.policy-fault'))!, fault);
    assert.ok(await page.isVisible('#check-SIGNER[data-ok="true"]'), 'the policy before it still judges');
  }
  const picked = { name: 'others.policy', mimeType: 'text/plain', buffer: Buffer.from(STRANGER) };
  await page.setInputFiles('input[aria-label="Policy"]', picked);
  await page.waitForSelector('#check-SIGNER[data-ok="false"]');
  assert.equal(await summary(), 'one log · others.policy');
  assert.equal(await page.inputValue('#policy-text'), STRANGER.trim());
  await page.click('text=Trust nobody');
  await page.waitForSelector('#check-SIGNER[data-ok="null"]');
});

test('a dropped policy judges the bundle that is there, and the next', async () => {
  await drop(Buffer.from(STRANGER), 'trust.policy');
  await page.waitForSelector('#check-SIGNER[data-ok="false"]');
  await drop(zip, 'again.zip');
  await page.waitForSelector('#check-SIGNER[data-ok="false"]');
  await drop(Buffer.from(`log ${formatVkey(signer)}\n`), 'own.policy');
  await verdict(true);
  await drop(Buffer.from('a,b\n1,2\n'), 'table.csv');
  await page.waitForSelector('.toast');
  assert.ok(await page.isVisible('#check-SIGNER[data-ok="true"]'), 'what is no policy changes nothing');
  await page.click('text=Trust nobody');
  await page.waitForSelector('#check-SIGNER[data-ok="null"]');
});

test('a bundle too large to hold is checked from its file, and can be stopped', async () => {
  const large = join(folder, 'large.zip');
  writeBigBundle(large, { receipts: 12_000, artifacts: 10, artifactBytes: 2 ** 24 });
  await page.setInputFiles('input[aria-label="Bundle"]', large);
  await page.click('.checking >> text=Stop');
  await page.waitForSelector('.verify-drop');
  await page.setInputFiles('input[aria-label="Bundle"]', large);
  await verdict(true);
  assert.match((await page.textContent('.verdict-line'))!, /12,001 receipts/);
  assert.equal(await page.isVisible('.flip'), false, 'no byte of it is in the page');
  assert.ok(await page.isVisible('.verify-large'), 'and it says so');
});

test('a flipped byte: what fails, and what that means', async () => {
  const at = Buffer.from(zip).indexOf('5.1,male');
  await drop(zip.with(at, zip[at]! ^ 1), 'flipped.zip');
  await verdict(false);
  const { checks } = await verifyBundle(zip.with(at, zip[at]! ^ 1));
  const failed = checks.filter(({ ok }) => ok === false);
  const shown = await rows();
  assert.deepEqual(
    shown.filter(([, ok]) => ok === 'false').map(([code]) => code),
    failed.map(({ code }) => code),
  );
  assert.ok(shown.find(([code]) => code === 'FILES')![2].includes('data/wages.csv'));
  assert.ok((await page.textContent('#check-FILES'))!.includes(VERIFY_MEANINGS.FILES));
  assert.equal(await page.textContent('.verdict-title'), 'It does not hold');
});

test('the page flips a byte itself, and puts it back', async () => {
  await drop(zip, 'run.zip');
  await verdict(true);
  await page.click('text=Flip one byte');
  await verdict(false);
  await page.click('text=Put it back');
  await verdict(true);
});

test('what is no bundle does not hold, and is no reason to break', async () => {
  for (const [name, bytes] of [
    ['text.zip', Buffer.from('not a zip')],
    ['empty.zip', new Uint8Array()],
    ['cut.zip', zip.slice(0, -30)],
  ] as const) {
    await drop(bytes, name);
    await page.waitForSelector('.verdict[data-ok="false"]');
    await page.waitForSelector('#check-ZIP[data-ok="false"]');
    await drop(zip, 'run.zip');
    await verdict(true);
  }
  assert.deepEqual(wrong, []);
});

test('is refused anything else: no request, no other script', async () => {
  const others = asked.filter((url) => !url.startsWith('blob:') && !url.endsWith('/verify.html'));
  assert.deepEqual(others, [], 'it asks for nothing by itself');
  const reached = await page.evaluate(async (vkey) => {
    const tried = await Promise.allSettled([
      fetch(`https://example.com/${vkey}`),
      fetch('other.html'),
      new Promise((resolve, reject) => {
        const image = Object.assign(new Image(), { onload: resolve, onerror: reject });
        image.src = 'https://example.com/x.png';
      }),
    ]);
    const script = document.createElement('script');
    script.textContent = 'globalThis.ran = true';
    document.body.append(script);
    return [...tried.map(({ status }) => status), String('ran' in globalThis)];
  }, 'x');
  assert.deepEqual(reached, ['rejected', 'rejected', 'rejected', 'false']);
  assert.ok(wrong.length > 0 && wrong.every((text) => text.includes('Content Security Policy')), wrong.join('\n'));
  assert.ok(html.length < 1e6, `${html.length} characters`);
});

test('is the same file whenever it is made, so that its SHA-256 can be told', async () => {
  assert.equal(await buildVerifier(), html);
});
