/** The receipts of a stretch, on their way from the database into the zip: a file in a temporary folder, read as often as needed. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32, createSha256 } from '#crypto';
import { toHex } from '#common/bytes.ts';
import type { PackedFile } from '#common/pack/files.ts';
import type { LoggedReceipt } from '#common/receipt/receipt.ts';
import { diskError } from '../store/files.ts';

export interface Spool extends PackedFile {
  readonly crc: number;
  chunks(): AsyncIterable<Uint8Array>;
  remove(): Promise<void>;
}

/** Writes a line for each receipt. @throws DISK_FULL, and what `pages` throws */
export async function spool(pages: AsyncIterable<readonly LoggedReceipt[]>): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-pack-'));
  const path = join(folder, 'log.jsonl');
  const hash = createSha256();
  let [bytes, crc] = [0, 0];
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const page of pages) {
      const chunk = Buffer.from(page.map(({ body }) => `${body}\n`).join(''));
      hash.update(chunk);
      crc = crc32(chunk, crc);
      bytes += chunk.length;
      yield chunk;
    }
  }
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(lines(), createWriteStream(path));
  } catch (error) {
    await remove();
    throw diskError(error);
  }
  return {
    digest: toHex(hash.digest()),
    bytes,
    crc,
    remove,
    chunks: () => createReadStream(path, { highWaterMark: 1 << 18 }),
  };
}
