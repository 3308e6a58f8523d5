/**
 * Publishes committed heads with their tiles: at once after a quiet moment or when somebody waits for one, else those of some milliseconds
 * together, since three new files a head cost three times what the commit does. Nothing depends on it but how fresh the public files are.
 */
import { TILE_WIDTH, type Tile } from '#common/tlog/tiles.ts';
import type { FilledTile, PublicFiles } from './public.ts';
import type { Head } from './rows.ts';

/** Tiles that may wait, 8 KB each, before commits wait too: half of them are those of 65,536 receipts. */
const MAX_WAITING = 512;
/** Milliseconds from one head to the next that nobody waits for. */
const PAUSE = 50;

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
  private last = -Infinity;
  /** Ends the pause before the next head. */
  private hurry: (() => void) | undefined;
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
    // Many full tiles synced at once would keep the next batch's head from the disk.
    if (this.full.length > 0) this.hurry?.();
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
      this.hurry?.();
      if (this.failure !== undefined) this.start();
    });
  }

  /** When everything is written that waits. */
  async idle(): Promise<void> {
    while (this.work !== undefined) {
      this.hurry?.();
      await this.work;
    }
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
      await this.pause();
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
      this.last = performance.now();
      this.serve();
    }
  }

  private async pause(): Promise<void> {
    const rest = this.last + PAUSE - performance.now();
    if (rest <= 0 || this.awaited.length > 0 || this.full.length > 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, rest);
      this.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.hurry = undefined;
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
