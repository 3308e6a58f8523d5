/**
 * Publishes committed heads with their tiles, self-clocked like the batches: whatever was committed while one head is written goes out
 * with the next. At one receipt at a time a head takes longer to publish than to commit (three new files against one).
 */
import { TILE_WIDTH, type Tile } from '#common/tlog-tiles.ts';
import type { FilledTile, PublicFiles } from './public.ts';
import type { Head } from './rows.ts';

/** Tiles that may wait, 8 KB each, before commits wait too: half of them are those of 65,536 receipts. */
const MAX_WAITING = 512;

interface Awaited {
  readonly size: number;
  resolve(head: Head): void;
  reject(error: unknown): void;
}

export class Publisher {
  private readonly files: PublicFiles;
  private full: FilledTile[] = [];
  /** The newest partial tile of each level. */
  private partial = new Map<Tile['level'], FilledTile>();
  private next: Head | undefined;
  private published: Head | undefined;
  private awaited: Awaited[] = [];
  private work: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;

  private readonly onPublished: ((head: Head) => void) | undefined;

  constructor(files: PublicFiles, onPublished?: (head: Head) => void) {
    this.files = files;
    this.onPublished = onPublished;
  }

  /** A head that is committed, and the tiles that changed on the way to it. */
  offer(head: Head, tiles: readonly FilledTile[]): void {
    for (const tile of tiles) {
      if (tile.width < TILE_WIDTH) this.partial.set(tile.level, tile);
      else this.full.push(tile);
    }
    this.next = head;
    if (this.failure === undefined) this.start();
  }

  /** Before a batch: nothing more is committed while nothing can be published. @throws what publishing failed with, again */
  async ready(): Promise<void> {
    if (this.failure !== undefined || this.full.length > MAX_WAITING) await this.idle();
    if (this.failure === undefined) return;
    this.start();
    await this.idle();
    if (this.failure !== undefined) throw this.failure.error;
  }

  /** The newest published head of at least `size` receipts, now or when there is one; rejects when publishing fails. */
  at(size: number): Promise<Head> {
    const { published } = this;
    if (published !== undefined && published.size >= size) return Promise.resolve(published);
    return new Promise((resolve, reject) => {
      this.awaited.push({ size, resolve, reject });
      if (this.failure !== undefined) this.start();
    });
  }

  /** When nothing is being written. */
  async idle(): Promise<void> {
    while (this.work !== undefined) await this.work;
  }

  /** Forgets what waits: the log was read anew, and what `published` lacks is offered again. */
  reset(published: Head | undefined): void {
    this.full = [];
    this.partial.clear();
    this.next = undefined;
    this.failure = undefined;
    this.published = published;
    this.serve();
  }

  private start(): void {
    this.work ??= this.run().finally(() => {
      this.work = undefined;
    });
  }

  private async run(): Promise<void> {
    while (this.next !== undefined) {
      const { next: head, full, partial } = this;
      this.full = [];
      this.partial = new Map();
      this.next = undefined;
      try {
        await this.files.publish([...full, ...partial.values()], head.note);
      } catch (error) {
        this.full = [...full, ...this.full];
        this.partial = new Map([...partial, ...this.partial]);
        this.next ??= head;
        this.failure = { error };
        for (const { reject } of this.awaited.splice(0)) reject(error);
        return;
      }
      this.failure = undefined;
      this.published = head;
      this.serve();
    }
  }

  private serve(): void {
    const head = this.published;
    if (head === undefined) return;
    this.onPublished?.(head);
    const served = this.awaited.filter(({ size }) => size <= head.size);
    this.awaited = this.awaited.filter(({ size }) => size > head.size);
    for (const { resolve } of served) resolve(head);
  }
}
