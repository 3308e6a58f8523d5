import { createReadStream } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AssayError } from '../common/errors.ts';
import { parseJson } from '../common/json/parse.ts';
import { toJson } from '../common/json/output.ts';
import type { CallOutcome, CallRequest } from '../common/protocol.ts';
import { readCores } from '../cores.ts';
import { callHere, callThere } from './call-kernel.ts';
import { saveArtifacts } from './save-artifacts.ts';
import { findKernel } from './remote.ts';
import { duration, paint } from './terminal.ts';

export const usage = `
assay call PLUGIN.METHOD [options]     call one method: JSON in, JSON out

  Big arrays are {"file": "x.npy"}, tables {"columns": […], "rows": [[…]]}, {"file": "x.csv"}, {"dataset": "wages"} or {"digest": …},
  a model a path or a digest. Paths are relative to the input file, or else to where you are. Exit code 0, or 1 with the error
  as JSON. The receipt's id goes to stderr.

  --input FILE|-     JSON; - is standard input; {} unless given
  --seed N           seed of everything random in the call; 0 unless given
  --save NAME=FILE   write the artifact that the result names there to a file, e.g. --save model=wages.onnx; as often as needed
  --receipt          print {"result": …, "receipt": …} instead of the result alone
  --cores N          workers for the parts of a call (as many as there are cores unless given): the result is the same
  --timeout SECONDS  give up after this long
  --home DIR         data directory; ASSAY_HOME or ./.assay unless given
`;

interface Options {
  readonly request: CallRequest;
  /** Folders that paths are relative to. */
  readonly base: readonly string[];
  readonly home: string;
  readonly cores: number | undefined;
  /** Property of the result, and the file that its artifact goes to. */
  readonly save: readonly (readonly [name: string, file: string])[];
  readonly receipt: boolean;
  readonly signal: AbortSignal;
}

/** @throws USAGE, INPUT_INVALID, METHOD_NOT_FOUND, HOME_LOCKED, CANCELLED, TIMEOUT, and the method's coded error */
export async function run(argv: string[]): Promise<number> {
  const { request, base, home, cores, save, receipt, signal } = await read(argv);
  const remote = await findKernel(home);
  const progress = showProgress(request.method);
  const call = { request, base, home, projectDir: process.cwd(), cores, signal, onProgress: progress.show };
  let outcome: CallOutcome;
  try {
    outcome = remote === null ? await callHere(call) : await callThere(remote, call);
  } catch (error) {
    // What stopped the call says more than that it was stopped.
    throw signal.aborted && signal.reason instanceof AssayError ? signal.reason : error;
  } finally {
    progress.end();
  }
  if (save.length > 0) await saveArtifacts(home, outcome.result, save);
  const result = toJson(outcome.result);
  process.stdout.write(`${JSON.stringify(receipt ? { result, receipt: outcome.receipt.id } : result)}\n`);
  if (!receipt) process.stderr.write(`${paint('dim', `receipt ${outcome.receipt.id}`, process.stderr)}\n`);
  return 0;
}

async function read(argv: string[]): Promise<Options> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      input: { type: 'string' },
      seed: { type: 'string' },
      save: { type: 'string', multiple: true, default: [] },
      receipt: { type: 'boolean', default: false },
      cores: { type: 'string' },
      timeout: { type: 'string' },
      home: { type: 'string' },
    },
  });
  const [method, ...more] = positionals;
  if (method === undefined || more.length > 0)
    throw new AssayError('USAGE', 'Name one method: assay call models.train --input train.json');
  const seed = values.seed === undefined ? undefined : Number(values.seed);
  if (seed !== undefined && !Number.isSafeInteger(seed))
    throw new AssayError('USAGE', `--seed takes a whole number; “${values.seed}” is none.`);
  const seconds = values.timeout === undefined ? undefined : Number(values.timeout);
  if (seconds !== undefined && !(seconds > 0))
    throw new AssayError('USAGE', `--timeout takes seconds; “${values.timeout}” is none.`);
  const file = values.input === undefined || values.input === '-' ? null : resolve(values.input);
  return {
    request: { method, input: await readInput(values.input), ...(seed === undefined ? {} : { seed }) },
    base: [...(file === null ? [] : [dirname(file)]), process.cwd()],
    home: resolve(values.home ?? (process.env['ASSAY_HOME'] || join(process.cwd(), '.assay'))),
    cores: values.cores === undefined ? undefined : readCores(values.cores),
    save: values.save.map(readSave),
    receipt: values.receipt,
    signal: stopSignal(seconds),
  };
}

/** @throws USAGE */
function readSave(text: string): readonly [string, string] {
  const [, name, file] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || file === undefined)
    throw new AssayError('USAGE', `--save takes NAME=FILE, as in --save model=wages.onnx; “${text}” is not that.`);
  return [name, resolve(file)];
}

/** More would not be one string. */
const LARGEST_JSON = 2 ** 29 - 2 ** 10;

/** @throws NOT_FOUND, INPUT_INVALID, BODY_TOO_LARGE */
async function readInput(file: string | undefined): Promise<unknown> {
  if (file === undefined) return {};
  const from = file === '-' ? 'standard input' : file;
  const bytes = await readAll(file === '-' ? process.stdin : createReadStream(file), from);
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes), 'INPUT_INVALID');
  } catch (error) {
    if (error instanceof AssayError)
      throw new AssayError(error.code, `${from}: ${error.message}`, { where: error.where ?? from });
    const what = error instanceof TypeError ? 'not UTF-8 text' : `not JSON: ${(error as Error).message}`;
    throw new AssayError('INPUT_INVALID', `${from} is ${what}`, { where: from });
  }
}

/** As it comes: a pipe is as good as a file, and what never ends is refused. */
async function readAll(stream: AsyncIterable<Uint8Array>, from: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > LARGEST_JSON)
        throw new AssayError('BODY_TOO_LARGE', `${from} is more than ${LARGEST_JSON >> 20} MB of JSON.`, {
          where: from,
        });
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError('NOT_FOUND', `${from} cannot be read: ${(error as Error).message}`, { where: from });
  }
  return Buffer.concat(chunks);
}

function stopSignal(seconds: number | undefined): AbortSignal {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new AssayError('CANCELLED')));
  process.once('SIGTERM', () => stop.abort(new AssayError('CANCELLED')));
  if (seconds !== undefined)
    setTimeout(() => {
      stop.abort(new AssayError('TIMEOUT', `The call took longer than ${seconds} seconds.`));
    }, seconds * 1000).unref();
  return stop.signal;
}

/** One line on the terminal that follows the call; nothing when stderr is not one. */
function showProgress(method: string): { show(done: number, total: number, note?: string): void; end(): void } {
  const live = process.stderr.isTTY;
  const began = performance.now();
  const clear = (): void => void (live && process.stderr.write('\r\u001b[2K'));
  return {
    show(done, total, note) {
      if (!live) return;
      clear();
      const share = total > 0 ? `${Math.round((100 * done) / total)} %` : `${done}`;
      const line = `${method}  ${share}  ${duration(performance.now() - began)}${note === undefined ? '' : `  ${note}`}`;
      process.stderr.write(paint('dim', line, process.stderr));
    },
    end: clear,
  };
}
