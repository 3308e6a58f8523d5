/**
 * What does an audit pack of 100,000 receipts cost to make, and to verify: CPU seconds, and the most memory that the whole process held? No
 * rival makes one. Making should hold little more for a longer period (some 40 bytes a receipt); verifying holds the zip file.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKernel } from '../kernel/kernel.ts';
import { draft } from '../kernel/notebook/recording.ts';
import { makePack } from '../kernel/pack/make.ts';
import { verifyBundle } from '../kernel/common/verify/verify.ts';

const SIZES = [25_000, 100_000];
const BATCH = 1000;
const DIGEST = 'ab'.repeat(32);
const PERIOD = { from: '2020-01-01', to: new Date(Date.now() + 86_400_000).toISOString() };

interface Cost {
  readonly cpu: number;
  /** MB */
  readonly most: number;
}

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const cost = (before: number): Cost => ({ cpu: cpu() - before, most: process.resourceUsage().maxRSS / 1e3 });

/** A call's receipt, as plugins leave them: 1 KB. */
async function fill(home: string, size: number): Promise<void> {
  const kernel = await openKernel({ projectDir: process.cwd(), home });
  const log = await kernel.log();
  for (let from = 0; from < size; from += BATCH)
    await Promise.all(
      Array.from({ length: BATCH }, (_, n) =>
        log.append(
          draft({ stream: `s${n % 500}` }, 'run', {
            subject: [{ name: 'result', digest: { sha256: DIGEST } }],
            materials: [{ name: 'datasets/wages/wages.csv', digest: DIGEST }],
            plugin: { name: 'shap', version: '1.0.0', digest: DIGEST },
            method: 'shap.explain',
            params: DIGEST,
            env: { assay: '0.1.0', node: '24.21.0', platform: 'linux-x64', seed: from + n },
            result: { rows: n },
          }),
        ),
      ),
    );
  await kernel.close();
}

async function make(home: string): Promise<Cost & { readonly bundle: string }> {
  const kernel = await openKernel({ projectDir: process.cwd(), home });
  await kernel.log();
  const before = cpu();
  const { bundle } = await makePack(kernel, PERIOD);
  const made = cost(before);
  await kernel.close();
  return { ...made, bundle: kernel.artifacts.path(bundle) };
}

async function verify(bundle: string): Promise<Cost> {
  const bytes = new Uint8Array(readFileSync(bundle));
  const before = cpu();
  const { ok } = await verifyBundle(bytes);
  if (!ok) throw new Error('The pack does not hold.');
  return cost(before);
}

/** Each in a process of its own, whose memory is its own. */
const alone = <T>(...argv: string[]): T =>
  JSON.parse(execFileSync(process.execPath, [import.meta.filename, ...argv], { encoding: 'utf8' })) as T;
const row = (size: number, what: string, { cpu: seconds, most }: Cost): string =>
  `| ${size.toLocaleString('en')} | ${what} | ${seconds.toFixed(1)} s | ${Math.round(most)} MB |`;

const [what, path, size] = process.argv.slice(2);
if (what === 'fill') console.log(JSON.stringify(await fill(path!, Number(size)).then(() => true)));
else if (what === 'make') console.log(JSON.stringify(await make(path!)));
else if (what === 'verify') console.log(JSON.stringify(await verify(path!)));
else {
  console.log('| receipts | | CPU | most memory |\n|---|---|---|---|');
  for (const receipts of SIZES) {
    const home = mkdtempSync(join(tmpdir(), 'assay-bench-'));
    try {
      alone('fill', home, String(receipts));
      const made = alone<Cost & { readonly bundle: string }>('make', home);
      console.log(row(receipts, 'make', made));
      console.log(row(receipts, 'verify', alone<Cost>('verify', made.bundle)));
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }
}
