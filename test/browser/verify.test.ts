import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryLog, sealedRun, signer } from '../../kernel/common/bundle/bundle.fixture.ts';
import { formatVkey } from '../../kernel/common/tlog/note.ts';
import { verifyBundle } from '../../kernel/common/verify/verify.ts';
import { openModule, type ModulePage } from './module-page.ts';

const { zip } = sealedRun();
const policy = { logs: [formatVkey(signer)] };
let verifier: ModulePage;

before(async () => {
  verifier = await openModule('kernel/common/verify/verify.ts', { '/run.zip': zip });
});
after(() => verifier.close());

/** Reports of the browser for the bundle with each of these bytes altered; −1 alters none. */
function inBrowser(places: readonly number[]): Promise<unknown[]> {
  return verifier.page.evaluate<unknown[]>(`(async (places, policy) => {
    const { verifyBundle } = await import('/module.js');
    const zip = new Uint8Array(await (await fetch('/run.zip')).arrayBuffer());
    const reports = [];
    for (const at of places) {
      const altered = zip.slice();
      if (at >= 0) altered[at] ^= 1;
      reports.push(await verifyBundle(altered, { policy }));
    }
    return reports;
  })(${JSON.stringify(places)}, ${JSON.stringify(policy)})`);
}

test('a browser says of a bundle, and of 60 altered ones, word for word what Node says', async () => {
  const places = [-1, ...Array.from({ length: 60 }, (_, index) => Math.floor((index * zip.length) / 60))];
  const reports = await inBrowser(places);
  for (const [index, at] of places.entries()) {
    const expected = await verifyBundle(at < 0 ? zip : zip.with(at, zip[at]! ^ 1), { policy });
    assert.equal(expected.ok, at < 0);
    assert.deepEqual(reports[index], structuredClone(expected), `byte ${at}`);
  }
});

test('a browser finds the altered line of a log, as Node does', async () => {
  const log = new MemoryLog();
  for (let i = 0; i < 30; i++) log.append({ kind: 'cell', stream: `stream ${i % 3}`, result: i % 5 === 0 ? 'é' : i });
  const lines = log.receipts.map(({ body }) => `${body}\n`);
  const edited = lines.with(12, lines[12]!.replace('"kind":"cell"', '"kind":"gate"'));
  const page = await openModule('kernel/common/verify/log.ts');
  try {
    const script = `(async (exports, given) => {
      const { verifyLog } = await import('/module.js');
      const reports = [];
      for (const text of exports) reports.push(await verifyLog([new TextEncoder().encode(text)], given));
      return reports;
    })(${JSON.stringify([lines.join(''), edited.join('')])}, ${JSON.stringify({ org: 'test', checkpoint: log.checkpoint(), vkey: log.vkey })})`;
    const [honest, forged] =
      await page.page.evaluate<{ ok: boolean; faults: { index: number; code: string }[] }[]>(script);
    assert.equal(honest!.ok, true);
    assert.deepEqual(forged!.faults.map(({ index, code }) => `${index} ${code}`), ['15 STREAM', '-1 ROOT']); // prettier-ignore
  } finally {
    await page.close();
  }
});
