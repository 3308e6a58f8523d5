import { parseArgs } from 'node:util';
import { AssayError } from '../common/errors.ts';

export const usage = `
assay verifier > verify.html     write the Verify page as one HTML file

  It works offline, from a disk, in any browser of today: drop a bundle on it and see every check. It is the same code as
  \`assay verify\`; it loads nothing and sends nothing. Give it to whoever shall check your bundles, not with a bundle: a
  forger would give his own.
`;

/** Found by path: the kernel knows nothing of how the workbench is made. */
const BUILDER = new URL('../../workbench/verifier.node.ts', import.meta.url).href;

/** @throws USAGE when it would fill a terminal */
export async function run(argv: string[]): Promise<number> {
  parseArgs({ args: argv, options: {} });
  if (process.stdout.isTTY) throw new AssayError('USAGE', 'Say where the page goes: assay verifier > verify.html');
  const { buildVerifier } = (await import(BUILDER)) as { buildVerifier(): Promise<string> };
  const page = await buildVerifier();
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(page, (error) => (error ? reject(error) : resolve()));
  });
  return 0;
}
