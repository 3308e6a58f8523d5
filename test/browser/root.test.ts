/** One notebook, one root: headless in Node and in the sandboxed frame in Chromium, in any time zone and language, today and tomorrow. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { globSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { fromBase64, toBase64 } from '#common/bytes.ts';
import type { TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { decodeValue, encodeValue } from '#common/value/value.ts';
import { type Kernel, openKernel } from '../../kernel/kernel.ts';
import { compileNotebook } from '../../kernel/notebook/compile.ts';
import { runHeadless } from '../../kernel/notebook/headless.ts';
import { launchChromium } from './chromium.ts';
import { type FrameServer, startFrameServer } from './frame-server.ts';
import { openSession } from './frame-session.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** Everything that could differ: arithmetic, dates, orders, texts, SQL. The root was computed once and must stay. */
const ALL = `---
seed: 42
---
\`\`\`js id=xs
const xs = Float64Array.from({length: 4000}, (_, i) => i % 4 === 0 ? random() : i % 4 === 1 ? (random() - 0.5) * 20 : i % 4 === 2 ? random() * 1e6 : random() / (1 + i))
\`\`\`
\`\`\`ts id=math
const one: string[] = ['sin','cos','tan','asin','acos','atan','sinh','cosh','tanh','asinh','acosh','atanh','exp','expm1','log','log1p','log2','log10','cbrt','sqrt','abs','sign','round','trunc','floor','ceil','fround','clz32']
const unary = Object.fromEntries(one.map((name) => [name, xs.map((x) => Math[name](x))]))
const binary = {pow: xs.map((x, i) => Math.abs(x) ** (xs[(i * 7) % 4000] % 5)), atan2: xs.map((x, i) => Math.atan2(x, xs[(i * 3) % 4000])), hypot: xs.map((x, i) => Math.hypot(x, xs[(i * 3) % 4000], 1))}
\`\`\`
\`\`\`js id=odd
const odd = {nan: NaN, zero: -0, infinite: -Infinity, big: 2n ** 90n, none: undefined, nothing: null, map: new Map([['b', 1], ['a', new Set([1, {k: 2}])]]), bytes: Uint8Array.of(1, 2).buffer, at: new Date(2020, 1, 30, 25, 61)}
\`\`\`
\`\`\`js id=text
const text = [new Date(1e12).toString(), new Date(0).toLocaleString(), String(new Date()), (1234567.891).toLocaleString(), ['ä', 'a', 'Z', 'z', 'É'].sort((a, b) => a.localeCompare(b)).join(''), [0.1 + 0.2, 1e21, 1e-7].join(), (25.005).toFixed(2), new Date(2021, 5).getTimezoneOffset(), Math.random()]
\`\`\`
\`\`\`js id=table
const table = Table.fromRows(Array.from(xs.slice(0, 500), (x, i) => ({i, x, group: 'abc'[i % 3], when: i % 5 ? new Date(i * 864e5) : null, ok: x > 1})))
\`\`\`
\`\`\`sql id=groups name=groups
select "group", count(*) n, avg(x) mean, stddev_samp(x) sd, quantile_cont(x, 0.37) q, sum(sin(x)) s, corr(x, i) c, min("when") first, bool_and(ok) ok
from "table" where i >= \${3 ** 2} group by "group" order by "group"
\`\`\`
\`\`\`sql id=joined name=joined
select t.i, g.mean - t.x as off, row_number() over (partition by t."group" order by t.x desc, t.i) as place from "table" t join groups g using ("group") order by off, t.i limit \${50}
\`\`\`
\`\`\`js id=last
const best = joined.filter((row) => row.place <= 3).map((row) => row.i)
const f = (x) => x ** 2 // a function counts by its text
throw new RangeError('sealed by its name only: ' + new Error().stack)
\`\`\`
`;
const ROOT = 'bca514bc62cae7bd72ac7787a2d4e57eaed1fba96262094f0befd4adc033a385';

const headless = (text: string, kernel?: Kernel) => {
  const compiled = compileNotebook(text);
  const { seed } = compiled;
  return runHeadless(compiled, {
    call: async (_cell, method, input) => ({ result: (await kernel!.call({ method, input, seed })).result }),
    dataset: async (name) =>
      (await kernel!.call({ method: 'datasets.read', input: { name }, seed })).result as TableData,
  });
};

describe('one notebook, one root', () => {
  let browser: Browser;
  let server: FrameServer;
  let kernel: Kernel;
  let home: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'assay-root-'));
    [browser, server, kernel] = await Promise.all([
      launchChromium(),
      startFrameServer(),
      openKernel({ projectDir: PROJECT, home }),
    ]);
  });
  after(async () => {
    await Promise.all([browser.close(), server.close(), kernel.close()]);
    await rm(home, { recursive: true });
  });

  /** Compares cell by cell first, so that a difference has a name. */
  async function compare(text: string, timezoneId: string, locale: string): Promise<string> {
    const compiled = compileNotebook(text);
    const kernelCall = async (method: string, bytes: string): Promise<string> => {
      const input = decodeValue(fromBase64(bytes)!);
      const outcome = await kernel.call({ method, input, seed: compiled.seed }).then(
        ({ result }) => ({ result }),
        (error: unknown) => ({ error: AssayError.from(error).toJSON() }),
      );
      return toBase64(encodeValue(outcome));
    };
    const node = await headless(text, kernel);
    const session = await openSession(browser, server, { timezoneId, locale, kernelCall });
    const frame = await session.run(compiled);
    await session.close();
    for (const { id, digest, status, error } of node.cells) {
      const other = frame.states[id]!;
      assert.equal(other.status, status, `${id}: ${JSON.stringify(error)} / ${JSON.stringify(other.error)}`);
      assert.equal(other.digest, digest, `${id} differs: ${JSON.stringify(other.outputs ?? other.error)}`);
    }
    assert.equal(frame.root, node.root);
    return node.root;
  }

  it('in every function, date, text and query, here and elsewhere', async () => {
    assert.equal(await compare(ALL, 'America/St_Johns', 'de-DE'), ROOT);
    assert.equal(await compare(ALL, 'Asia/Kathmandu', 'ar-EG'), ROOT);
  });

  it('and not with another seed', async () => {
    assert.notEqual((await headless(ALL.replace('seed: 42', 'seed: 43'))).root, ROOT);
  });

  for (const file of globSync('notebooks/*.md', { cwd: PROJECT }).toSorted()) {
    it(`in ${file}`, async () => {
      const text = readFileSync(join(PROJECT, file), 'utf8');
      // test/flow/seal-notebooks.test.ts has the same root again from another home.
      await compare(text, 'Pacific/Auckland', 'fr-FR');
    });
  }
});
