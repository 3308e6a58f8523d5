/**
 * The signed head of every batch, outside the database before the next batch: a file that is only appended to, so that it costs one sync
 * and no new file (`home/log/<org>.heads`, a JSON string a line). Tiles and the public checkpoint follow as fast as the disk takes them.
 */
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, diskError, makeFolder, writeWhole } from '../store/files.ts';

/** Bytes after which the file starts again with its last head. */
const MAX_BYTES = 4 << 20;

export class HeadFile {
  private readonly path: string;
  private file: FileHandle | undefined;
  private length = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** The last one that was written whole. */
  async last(): Promise<string | undefined> {
    const text = await readFile(this.path, 'utf8').catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
      return '';
    });
    // What stands behind the last newline was cut off by a power cut.
    const line = text.split('\n').at(-2);
    const note: unknown = line === undefined ? undefined : JSON.parse(line);
    return typeof note === 'string' ? note : undefined;
  }

  /** Resolves when the note outlives a power cut. @throws DISK_FULL */
  async append(note: string): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(note)}\n`);
    if (this.file === undefined || this.length > MAX_BYTES) return this.restart(line);
    try {
      // At its place, over what a write that failed may have left there.
      await this.file.write(line, 0, line.length, this.length);
      await this.file.datasync();
      this.length += line.length;
    } catch (error) {
      throw diskError(error);
    }
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
  }

  private async restart(line: Uint8Array): Promise<void> {
    await this.close();
    await makeFolder(dirname(this.path));
    await writeWhole(this.path, line);
    this.file = await open(this.path, 'r+');
    this.length = line.length;
  }
}
