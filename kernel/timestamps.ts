/** Time stamps for sealed checkpoints: the RFC 3161 authority whose URL stands in `home/tsa.txt` or in `ASSAY_TSA`. No URL, no stamps. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '#crypto';
import { AssayError } from '#common/errors.ts';
import { TIMESTAMP_QUERY, timestampRequest, verifyTimestamp } from '#common/timestamp/timestamp.ts';
import type { Log } from './log/types.ts';
import { codeOf } from './store/files.ts';

const PATIENCE = 8_000;
const LARGEST_REPLY = 256 << 10;

export interface Stamp {
  /** The authority's reply, a TimeStampResp. */
  readonly reply: Uint8Array;
  /** RFC 3339: it was there before. */
  readonly before: string;
}

/**
 * Another authority than the log last spoke of is a receipt, by the SHA-256 of its address, which may hold what is secret. A log that
 * never had one says nothing of it.
 */
export async function noteAuthority(log: Log, home: string): Promise<void> {
  const url = await authority(home);
  const said = log.keys().authority?.digest ?? null;
  if (said === (url === null ? null : sha256Hex(url))) return;
  const reason =
    url === null ? 'none is asked any more' : `asked at ${URL.parse(url)?.host || 'an address that is none'}`;
  await log.changeKeys({ event: 'authority', text: url, reason });
}

/** null where no authority is configured. @throws TIMESTAMP_INVALID, TIMESTAMP_UNAVAILABLE */
export async function stamp(home: string, data: Uint8Array, signal?: AbortSignal): Promise<Stamp | null> {
  const url = await authority(home);
  if (url === null) return null;
  const nonce = randomBytes(16);
  const reply = await ask(url, timestampRequest(data, nonce), signal);
  // Whose word it is, the verifier's policy says; here it must be whole and an answer to this request.
  const { before } = await verifyTimestamp(reply, data, { nonce, roots: null });
  return { reply, before: new Date(before).toISOString() };
}

async function authority(home: string): Promise<string | null> {
  const named = process.env['ASSAY_TSA'] || undefined;
  const text =
    named ??
    (await readFile(join(home, 'tsa.txt'), 'utf8').catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
      return '';
    }));
  return text.trim() === '' ? null : text.trim();
}

async function ask(url: string, query: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
  try {
    const patience = AbortSignal.timeout(PATIENCE);
    const reply = await fetch(url, {
      method: 'POST',
      body: new Uint8Array(query),
      headers: { 'content-type': TIMESTAMP_QUERY },
      redirect: 'error',
      signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
    });
    if (!reply.ok) throw new Error(`it answers ${reply.status}`);
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of reply.body ?? []) {
      length += chunk.length;
      if (length > LARGEST_REPLY) throw new Error('it answers at too great a length');
      chunks.push(chunk);
    }
    return new Uint8Array(Buffer.concat(chunks));
  } catch (cause) {
    throw new AssayError(
      'TIMESTAMP_UNAVAILABLE',
      `The time-stamping authority did not answer: ${(cause as Error).message}`,
      { where: url, cause },
    );
  }
}
