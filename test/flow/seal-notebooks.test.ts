/** The notebooks that come with Assay: each runs, seals, verifies and reproduces, and gives the same root every time. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { verifyBundle } from '#common/verify/verify.ts';
import { openKernel, type Kernel } from '../../kernel/kernel.ts';
import { reproduceBundle } from '../../kernel/notebook/reproduce.ts';
import { sealNotebook } from '../../kernel/notebook/seal.ts';

const repo = fileURLToPath(new URL('../../', import.meta.url));
const names = readdirSync(join(repo, 'notebooks'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => file.slice(0, -3));

describe('the notebooks that come with Assay', () => {
  let home: string;
  let kernel: Kernel;
  const sealings = new Map<string, Awaited<ReturnType<typeof sealNotebook>>>();
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'assay-notebooks-'));
    kernel = await openKernel({ projectDir: repo, home });
  });
  after(async () => {
    await kernel.close();
    rmSync(home, { recursive: true, force: true });
  });

  for (const name of names)
    it(name, { timeout: 300_000 }, async () => {
      const notebook = { name, text: readFileSync(join(repo, 'notebooks', `${name}.md`), 'utf8') };
      const sealed = await sealNotebook(kernel, { notebook });
      sealings.set(name, sealed);
      const bundle = await kernel.artifacts.get(sealed.bundle);
      const { checks } = await verifyBundle(bundle);
      assert.deepEqual(
        checks.filter(({ ok }) => ok === false),
        [],
      );
      // Everything that a receipt names travels along: a stranger needs nothing else.
      assert.equal(checks.find(({ code }) => code === 'CARRIED')!.ok, true);
      const again = await reproduceBundle(bundle, { pluginDirs: [join(repo, 'plugins')] });
      assert.deepEqual(
        again.cells.filter(({ outcome }) => outcome !== 'IDENTICAL'),
        [],
      );
      assert.equal(again.root.found, sealed.root);
    });

  it('are refused when the page shows something else, naming the cell', async () => {
    const notebook = { name: 'welcome', text: readFileSync(join(repo, 'notebooks/welcome.md'), 'utf8') };
    const { root, cells } = sealings.get('welcome') ?? (await sealNotebook(kernel, { notebook }));
    const page = Object.fromEntries(cells.map(({ id, digest }) => [id, digest]));
    await sealNotebook(kernel, { notebook, root, cells: page });
    const other = { ...page, area: '0'.repeat(64) };
    await assert.rejects(sealNotebook(kernel, { notebook, root: '0'.repeat(64), cells: other }), {
      code: 'SEAL_ROOT_DIFFERS',
      message: /They differ in “area”/,
      details: { page: '0'.repeat(64), kernel: root, cells: ['area'] },
    });
  });

  it('can be stopped while they are sealed, and the log says so', async () => {
    const stop = new AbortController();
    const notebook = { name: 'wages', text: readFileSync(join(repo, 'notebooks/wages.md'), 'utf8') };
    const sealing = sealNotebook(kernel, {
      notebook,
      signal: stop.signal,
      onStates: (states) => states.some(({ id, status }) => id === 'fit' && status === 'running') && stop.abort(),
    });
    await assert.rejects(sealing, { code: 'CANCELLED' });
    const [close] = await (await kernel.log()).receipts({ kind: 'close', limit: 1 });
    assert.match(close!.body, /"outcome":"cancelled"/);
  });
});
