/** `npm test`: type check and lint, then unit tests in one process, then flows and browser tests a process each. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

/** A test that never ends fails after ten minutes, not with the patience of whoever waits. */
const STUCK = '--test-timeout=600000';

const own = (pattern: string): string[] =>
  globSync(pattern)
    .filter((file) => !file.includes('node_modules'))
    .toSorted();
const named = process.argv.slice(2);
const unit =
  named.length > 0
    ? named
    : ['kernel', 'plugins', 'test/conformance', 'test/vectors', 'workbench'].flatMap((folder) =>
        own(`${folder}/**/*.test.ts`),
      );
const whole = named.length > 0 ? [] : ['test/flow', 'test/browser'].flatMap((folder) => own(`${folder}/**/*.test.ts`));

const steps: string[][] = [
  ...(named.length > 0
    ? []
    : [
        ['--run', 'typecheck'],
        ['--run', 'lint'],
      ]),
  ['--test', STUCK, '--test-isolation=none', ...unit],
  ...(whole.length > 0 ? [['--test', STUCK, '--test-concurrency=1', ...whole]] : []),
];
for (const step of steps) {
  const { status } = spawnSync(process.execPath, step, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
