#!/usr/bin/env node
/**
 * The command line's first step, in plain JavaScript that any Node can read: Assay runs on the Node that its lock file pins, so an
 * older one hands over to it. `npm start` and `npx assay` find the pinned Node by themselves.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  // Threads look for the cache by themselves, where the variable points.
  const cache = process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), 'node-compile-cache');
  if (module.enableCompileCache(cache).directory !== undefined) process.env.NODE_COMPILE_CACHE = cache;
  const { main } = await import('./cli.ts');
  process.exitCode = await main(process.argv.slice(2));
} else {
  handOver();
}

function handOver() {
  const windows = process.platform === 'win32';
  const packages = [
    `node-${windows ? 'win' : process.platform}-${process.arch}`,
    `node-bin-${process.platform}-${process.arch}`,
  ];
  const found = packages
    .map((name) => fileURLToPath(new URL(`../node_modules/${name}/bin/node${windows ? '.exe' : ''}`, import.meta.url)))
    .find((path) => existsSync(path));
  if (found === undefined) {
    process.stderr.write(
      `Assay needs Node ${NEEDED} or newer and this is ${process.version}. Run \`npm ci\` in the project’s folder, which brings one.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(found, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both processes; what is sent to this one alone goes on to the child.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
}
