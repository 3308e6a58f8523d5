/** Bundles on the Verify page: run the checks, and change one byte to see which of them notices. No kernel is asked. */
import { proxy, wrap } from 'comlink';
import { VERIFY_MEANINGS, type VerifyCode } from '#common/verify/verify.ts';
import type { CheckResult, Policy, VerifyReport } from '#common/verify/types.ts';
import { readZip, writeZip } from '#common/zip/zip.ts';
import { rememberHere, seenHere } from './seen.ts';
import { startVerifier } from './start-verifier.ts';
import type { Verifier } from './verify-worker.ts';

export interface Watching {
  onCheck(check: CheckResult): void;
  /** Bytes that were read, of how many. */
  onRead(done: number, total: number): void;
  /** Ends the worker, and with it the verification. */
  readonly signal: AbortSignal;
}

/** Settles with the report; each check is told as it ends. null: it was stopped. */
export async function verify(
  zip: Uint8Array | Blob,
  policy: Policy | null,
  { onCheck, onRead, signal }: Watching,
): Promise<VerifyReport | null> {
  const worker = startVerifier();
  try {
    const broken = new Promise<never>((_resolve, reject) => {
      worker.addEventListener('error', (event) => reject(new Error(event.message || 'The verifier could not start.')));
    });
    const stopped = new Promise<null>((resolve) => {
      signal.addEventListener('abort', () => resolve(null));
    });
    const verified = wrap<Verifier>(worker).verify(zip, policy, seenHere(), proxy(onCheck), proxy(onRead));
    const report = await Promise.race([verified, broken, stopped]);
    if (report?.ok) rememberHere(report.seen);
    return report;
  } finally {
    worker.terminate();
  }
}

/** What a check found, without the sentence that says what its failure means: the page sets that apart. */
export const foundIn = ({ code, detail }: CheckResult): string =>
  detail.replace(VERIFY_MEANINGS[code as VerifyCode], '').trim();

export interface Flip {
  readonly path: string;
  readonly offset: number;
  readonly before: number;
  readonly after: number;
}

/** Changes one bit of the byte at `offset` in a file, and packs the bundle anew, so that the zip itself is sound. */
export function flipByte(
  zip: Uint8Array,
  path: string,
  offset: number,
): { readonly zip: Uint8Array; readonly flip: Flip } {
  const files = new Map(filesIn(zip));
  const bytes = files.get(path)?.slice() ?? new Uint8Array();
  const before = bytes[offset] ?? 0;
  // The lowest bit: text stays text, a digit becomes another digit.
  const after = before ^ 1;
  bytes[offset] = after;
  files.set(path, bytes);
  return { zip: writeZip(files), flip: { path, offset, before, after } };
}

/** For showing what is there, whether it holds or not: a file whose checksum is wrong, too, and none when it is no zip. */
export function filesIn(zip: Uint8Array): ReadonlyMap<string, Uint8Array> {
  try {
    return readZip(zip, { onFault: () => {} });
  } catch {
    return new Map();
  }
}

export const fileIn = (zip: Uint8Array, path: string): Uint8Array => filesIn(zip).get(path) ?? new Uint8Array();
