import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';

/** Found by path: the kernel knows nothing of how the workbench is made. */
const BUILDER = new URL('../../workbench/build.node.ts', import.meta.url).href;

interface Builder {
  readonly DIST: string;
  isBuilt(): boolean;
}

/**
 * The folder of the built workbench, built first when its sources changed. One that doesn't build is no reason to have no kernel: the
 * last one that did is served, or (undefined) the API alone.
 */
export async function findWorkbench(logger: Logger, say: (line: string) => void): Promise<string | undefined> {
  const { DIST, isBuilt } = (await import(BUILDER)) as Builder;
  if (isBuilt()) return DIST;
  const failure = await build(say);
  if (failure === null) return DIST;
  const last = existsSync(join(DIST, 'index.html')) ? DIST : undefined;
  const rest = last === undefined ? 'only the API is served' : 'the last one that did is served';
  logger.warn({ builder: failure }, `The workbench doesn’t build: ${rest}. The log has the reason.`);
  return last;
}

/** In a process of its own: a bundler would stay in the kernel's memory for good. What it said, when it failed. */
function build(say: (line: string) => void): Promise<string | null> {
  const script = `(await import(${JSON.stringify(BUILDER)})).buildWorkbench((line) => console.log(line))`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let failure = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => say(text.trimEnd()));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (failure += text));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? null : failure || `It ended with ${code}.`));
  });
}
