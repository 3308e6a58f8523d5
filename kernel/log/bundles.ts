/** Bundles of the log's entries, filled as receipts come: 256 ids to a bundle, each behind its length. */
import { equalBytes } from '#common/bytes.ts';
import { HASH_BYTES } from '#common/tlog/merkle.ts';
import { encodeEntries, TILE_WIDTH } from '#common/tlog/tiles.ts';
import type { FilledTile } from './public.ts';

export class Bundles {
  private readonly ids: Uint8Array[];
  private index: number;
  private full: FilledTile[] = [];
  private changed: boolean;

  /** `ids` are those of the bundle that isn't full yet, which `published` may already show. */
  constructor(size: number, ids: readonly Uint8Array[], published?: Uint8Array) {
    this.ids = [...ids];
    this.index = Math.floor(size / TILE_WIDTH);
    this.changed = ids.length > 0 && (published === undefined || !equalBytes(published, encodeEntries(ids)));
  }

  append(id: Uint8Array): void {
    if (id.length !== HASH_BYTES) throw new RangeError('An entry is the 32 bytes of an id.');
    this.ids.push(id);
    this.changed = true;
    if (this.ids.length < TILE_WIDTH) return;
    this.full.push(this.bundle());
    this.ids.length = 0;
    this.index++;
    this.changed = false;
  }

  /** Those that were filled since the last call. */
  takeFull(): FilledTile[] {
    const bundles = this.full;
    this.full = [];
    return bundles;
  }

  /** Those that were filled or changed since the last call. */
  take(): FilledTile[] {
    const bundles = this.takeFull();
    if (this.changed) bundles.push(this.bundle());
    this.changed = false;
    return bundles;
  }

  private bundle(): FilledTile {
    return { level: 'entries', index: this.index, width: this.ids.length, bytes: encodeEntries(this.ids) };
  }
}
