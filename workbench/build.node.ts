/** Builds the page when its sources are newer than what was built: a fresh clone has nothing built. Run by `assay serve`. */
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
export const DIST = join(PROJECT, 'workbench/dist');

const SOURCES = [
  'workbench/{*,{frame,notebook,pages,parts,session,shell,styles}/**}.{ts,tsx,css,html,svg}',
  'kernel/common/**/*.ts',
  'plugins/*/{view.tsx,views/**}',
  'vite.config.ts',
  'package-lock.json',
];

const changed = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Whether the page was built after the last change of its sources. */
export function isBuilt(): boolean {
  const built = changed(join(DIST, 'index.html'));
  return (
    built > 0 &&
    SOURCES.every((pattern) =>
      globSync(pattern, { cwd: PROJECT }).every((file) => changed(join(PROJECT, file)) <= built),
    )
  );
}

/**
 * @param say told in a few words what goes on; never called when the build is fresh.
 * @returns the folder to serve. @throws what the bundler says of the sources.
 */
export async function buildWorkbench(say: (line: string) => void = () => {}): Promise<string> {
  if (isBuilt()) return DIST;
  const started = performance.now();
  say('Building the workbench (once; after that only when it changes) …');
  const { build } = await import('vite');
  await build({ configFile: join(PROJECT, 'vite.config.ts'), logLevel: 'warn', mode: 'production' });
  say(`Workbench built in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  return DIST;
}
