import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import about from '../../package.json' with { type: 'json' };
import { AssayError } from '../common/errors.ts';
import { newCredentials } from '../auth.ts';
import { readCores } from '../cores.ts';
import { openKernel, type Kernel } from '../kernel.ts';
import { compileNotebook } from '../notebook/compile.ts';
import { openLibrary, type Library } from '../notebook/library.ts';
import { openLogFile } from './serve-log.ts';
import { openBrowser } from './serve-browser.ts';
import { writeHandle, removeHandle } from './serve-handle.ts';
import { keptSession } from './serve-session.ts';
import { findWorkbench } from './serve-workbench.ts';
import { duration, paint } from './terminal.ts';

export const usage = `
assay serve [options]        start the kernel and print the link to the workbench

  --port N     listen here; 4177 or the next free port unless given
  --home DIR   data directory; ASSAY_HOME or ./.assay unless given
  --cores N    workers for the parts of calls; ASSAY_CORES or as many as there are cores unless given
  --no-open    don't open a browser
  --no-watch   don't take up changes of plugins as they are saved

  In the data directory: witnesses.txt names who cosigns the log's checkpoints, as a C2SP tlog-policy with a URL for each witness
  (ASSAY_WITNESSES names another file); tsa.txt holds the URL of an RFC 3161 time-stamping authority for seals (ASSAY_TSA instead).
`;

const FIRST_PORT = 4177;
const TRIES = 50;
/** How long calls under way may go on after Ctrl C. */
const GRACE = 3000;
/** How long a client may take to fetch the rest of its answer after that. */
const LINGER = 5000;
/** Within this time a second signal is the first one again. */
const ECHO = 500;

interface Options {
  readonly port?: number;
  readonly home?: string;
  readonly cores?: number;
  readonly open: boolean;
  readonly watch: boolean;
}

const say = (line: string): void => console.log(paint('dim', line));

/** @throws HOME_LOCKED naming the kernel that holds the home, PORT_TAKEN, STORE_* */
export async function run(argv: string[]): Promise<number> {
  const options = read(argv);
  const projectDir = process.cwd();
  const home = options.home ?? (process.env['ASSAY_HOME'] || join(projectDir, '.assay'));
  const log = await openLogFile(home);
  const ended = ending(log.logger);
  const { watch, cores } = options;
  const own = cores === undefined ? {} : { cores };
  const kernel = await openKernel({ projectDir, home, logger: log.logger, watch, onProgress: say, ...own });
  try {
    // First of all the home: who may not have it does nothing else. The server's code loads while the database starts.
    const [{ buildServer }] = await Promise.all([import('../server.ts'), kernel.log()]);
    const [workbenchDir, library] = await Promise.all([findWorkbench(log.logger, say), openNotebooks(kernel)]);
    const credentials = newCredentials(await keptSession(home));
    const app = await buildServer({ kernel, library, credentials, workbenchDir });
    const url = await listen(app, options.port);
    const link = `${url}/sign-in?token=${credentials.token}`;
    await (await kernel.store()).announce(url);
    await writeHandle(home, { pid: process.pid, url, token: credentials.token });
    const folder = relative(projectDir, home);
    console.log(banner(link, folder.startsWith('..') ? home : folder));
    if (options.open) await openBrowser(home, link);
    // While the browser starts: the first page would wait for it.
    setImmediate(() => compileNotebook('```ts\n1 + 1\n```\n'));

    const code = await ended;
    say('Stopping …');
    await removeHandle(home);
    const hurry = setTimeout(() => app.server.closeAllConnections(), GRACE + LINGER).unref();
    await Promise.all([app.close(), kernel.runs.stop(GRACE)]);
    clearTimeout(hurry);
    library.close();
    return code;
  } finally {
    await kernel.close();
    await log.close();
  }
}

function read(argv: string[]): Options {
  const { values } = parseArgs({
    args: argv,
    allowNegative: true,
    options: {
      port: { type: 'string' },
      home: { type: 'string' },
      cores: { type: 'string' },
      open: { type: 'boolean', default: true },
      watch: { type: 'boolean', default: true },
    },
  });
  const { port, home, cores, open, watch } = values;
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) < 65_536))
    throw new AssayError('USAGE', `“${port}” is no port.`);
  return {
    open,
    watch,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(home === undefined ? {} : { home }),
    ...(cores === undefined ? {} : { cores: readCores(cores) }),
  };
}

function openNotebooks({ projectDir, home, events }: Kernel): Promise<Library> {
  return openLibrary({
    dir: join(projectDir, 'notebooks'),
    trash: join(home, 'trash'),
    onChange: (name, digest) => void events.emit({ type: 'notebook', name, digest }),
  });
}

/** @returns `http://127.0.0.1:<port>` @throws PORT_TAKEN */
async function listen(app: FastifyInstance, wanted: number | undefined): Promise<string> {
  for (let port = wanted ?? FIRST_PORT; ; port++) {
    try {
      return await app.listen({ host: '127.0.0.1', port });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (wanted !== undefined || port >= FIRST_PORT + TRIES)
        throw new AssayError('PORT_TAKEN', `Another program listens on port ${port}.`);
    }
  }
}

function banner(link: string, home: string): string {
  const ready = `Assay ${about.version}, ready in ${duration(process.uptime() * 1000)}`;
  return `\n  ${paint('bold', ready)}\n\n  ${paint('cyan', link)}\n\n  ${paint('dim', `Everything is kept in ${home}; stop with Ctrl C.`)}\n`;
}

/**
 * Resolves with the exit code at the first Ctrl C (or SIGTERM, or when the terminal goes away); the second ends the process at once,
 * unless it is the first one's echo: npm and cli.js pass on what a terminal or a supervisor has sent to the whole group. A mistake of ours that nobody caught ends the kernel in the same orderly way; a forgotten promise is only written down.
 */
function ending(logger: Logger): Promise<number> {
  return new Promise((resolve) => {
    let asked = Infinity;
    const stop = (): void => {
      if (performance.now() - asked > ECHO) process.exit(130);
      asked = Math.min(asked, performance.now());
      resolve(0);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
    process.on('unhandledRejection', (err) => logger.error({ err }, 'a promise failed and nobody looked'));
    process.on('uncaughtException', (err) => {
      logger.fatal({ err }, 'the kernel failed');
      resolve(1);
    });
  });
}
