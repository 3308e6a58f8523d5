/**
 * `npm test`: first what everything else stands on, then the unit tests in two processes, then flows and browser tests in one each, two of
 * them at a time. A stage begins when the one before it has passed. With files named, these run in one process.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';

interface Job {
  readonly name: string;
  /** For Node. */
  readonly argv: readonly string[];
}

/** A test that never ends fails after ten minutes, not with the patience of whoever waits. */
const STUCK = '--test-timeout=600000';
const AT_ONCE = Math.min(2, availableParallelism());

const tests = (...folders: readonly string[]): string[] =>
  folders.flatMap((folder) =>
    globSync(`${folder}/**/*.test.ts`)
      .filter((file) => !file.includes('node_modules'))
      .toSorted(),
  );
const unit = (name: string, files: readonly string[]): Job => {
  return { name, argv: ['--test', STUCK, '--test-isolation=none', ...files] };
};

const ALL: readonly (readonly Job[])[] = [
  [
    { name: 'types', argv: ['--run', 'typecheck'] },
    { name: 'page and browser', argv: ['test/prepare.ts'] },
    { name: 'lint', argv: ['--run', 'lint'] },
  ],
  [
    unit('unit tests: kernel, plugins, workbench', tests('kernel', 'plugins', 'workbench')),
    unit('unit tests: conformance, vectors', tests('test/conformance', 'test/vectors')),
  ],
  [
    {
      name: 'flows and browser tests',
      argv: ['--test', STUCK, `--test-concurrency=${AT_ONCE}`, ...tests('test/flow', 'test/browser')],
    },
  ],
];

const named = process.argv.slice(2);
for (const stage of named.length > 0 ? [[unit('tests', named)]] : ALL) {
  const waiting = [...stage];
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let job = waiting.shift(); job && !failed; job = waiting.shift())
      if (!(await passes(job, stage.length === 1))) failed = true;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  if (failed) process.exit(1);
}

/** What it says is shown as it comes, or, where another says something too, all at once when it ends. */
function passes({ name, argv }: Job, alone: boolean): Promise<boolean> {
  const started = performance.now();
  console.log(`▷ ${name} …`);
  const said: Buffer[] = [];
  const child = spawn(process.execPath, argv, { stdio: ['inherit', alone ? 'inherit' : 'pipe', alone ? 'inherit' : 'pipe'] }); // prettier-ignore
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => void said.push(text));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(said));
      console.log(`${code === 0 ? '✔' : '✖'} ${name} (${((performance.now() - started) / 1000).toFixed(0)} s)\n`);
      resolve(code === 0);
    });
  });
}
