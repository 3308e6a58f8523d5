/**
 * A Chromium for tests and benches: `CHROMIUM=/path` wins (`CHROMIUM=packed` forces the packed one), then the system's own, then the one
 * in `@sparticuz/chromium` with the libraries that it ships. The caller closes what it launches.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const ARGS = [
  '--no-sandbox', // tests may run as root in a container
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The packed one is a headless shell, in which a site has a process of its own only when it is asked for, as it has in every Chromium with a window. */
const PACKED_ARGS = ['--site-per-process'];

interface Found {
  readonly executablePath: string;
  readonly env: Record<string, string>;
  readonly args: readonly string[];
}

export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const { executablePath, env, args: own } = await findChromium();
  return chromium.launch({ executablePath, headless: true, args: [...ARGS, ...own, ...args], env });
}

/** Unpacks it where there is none but the packed one. */
export async function findChromium(): Promise<Found> {
  const named = process.env['CHROMIUM'];
  const found = named === 'packed' ? undefined : (named ?? SYSTEM.find((path) => existsSync(path)));
  if (found === undefined) return unpackChromium();
  return { executablePath: found, env: environment(), args: [] };
}

/** Its package unpacks the libraries by itself only on AWS Lambda; any other bare container lacks them just as well. */
async function unpackChromium(): Promise<Found> {
  const { default: packed, inflate, setupLambdaEnvironment } = await import('@sparticuz/chromium');
  const executablePath = await packed.executablePath();
  const entry = import.meta.resolve('@sparticuz/chromium');
  const libraries = await inflate(fileURLToPath(new URL('../bin/al2023.tar.br', entry)));
  setupLambdaEnvironment(`${libraries}/lib`);
  return { executablePath, env: environment(), args: PACKED_ARGS };
}

const environment = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
