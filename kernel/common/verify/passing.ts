/** Receipts in one file, too many to hold, judged while that file is read: the bundle is read once. */
import { bundleKind, LONG_RUN, PACK_PATHS } from '#common/bundle/layout.ts';
import type { ZipEntry } from '#common/zip/read.ts';
import type { Files } from './files.ts';
import { longRunReader, type LongRun, type LongRunReader } from './long-run.ts';
import { PackReader, type PackRead } from './pack-reader.ts';

export class PassingReceipts {
  private run: LongRunReader | null = null;
  private pack: PackReader | null = null;

  /** `files`: all but these. null where nobody looks at them: LAYOUT or SEAL says why. */
  readonly open = (files: Files, { name, size }: ZipEntry): ((piece: Uint8Array) => void) | null => {
    const pack = bundleKind(files) === 'pack';
    if (name !== (pack ? PACK_PATHS.receipts : LONG_RUN.receipts)) return null;
    if (pack) this.pack = new PackReader(files);
    else this.run = longRunReader(files, size);
    const reader = this.pack ?? this.run;
    return reader && ((piece) => reader.push(piece));
  };

  longRun(): LongRun | null {
    return this.run?.end() ?? null;
  }

  packRead(): PackRead | undefined {
    return this.pack?.end();
  }
}
