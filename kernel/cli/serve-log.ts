import { Writable } from 'node:stream';
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { makeFolder } from '../store/files.ts';
import { paint } from './terminal.ts';

/** The log file is put aside at the start when it is larger. */
const LARGEST = 10 * 2 ** 20;
const WARN = 40;
const ERROR = 50;

/** Everything goes to home/kernel.log as JSON; what needs a person goes to the terminal as well, as one line. */
export async function openLogFile(home: string): Promise<{ readonly logger: Logger; close(): Promise<void> }> {
  await makeFolder(home, 0o700);
  const path = join(home, 'kernel.log');
  const size = await stat(path).then(
    (about) => about.size,
    () => 0,
  );
  if (size > LARGEST) await rename(path, `${path}.1`);
  const file = pino.destination({ dest: path, sync: false, mode: 0o600 });
  const level = process.env['ASSAY_DEBUG'] === undefined ? 'info' : 'debug';
  const logger = pino(
    { level, base: { pid: process.pid } },
    pino.multistream([
      { level, stream: file },
      { level: 'warn', stream: terminal() },
    ]),
  );
  return {
    logger,
    close: () =>
      new Promise((resolve) => {
        file.once('close', resolve);
        file.end();
      }),
  };
}

function terminal(): Writable {
  return new Writable({
    write(line: Buffer, _encoding, done) {
      const { level, msg, err, plugin } = JSON.parse(line.toString()) as {
        level: number;
        msg: string;
        err?: { message?: string };
        plugin?: string;
      };
      const sign = level >= ERROR ? paint('red', '✗', process.stderr) : paint('yellow', '!', process.stderr);
      const parts = [plugin, msg, err?.message?.split('\n', 1)[0]].filter((part) => part !== undefined && part !== '');
      process.stderr.write(level >= WARN ? `${sign} ${parts.join(': ')}\n` : '');
      done();
    },
  });
}
