/**
 * Keys for the tags beside the log: K₀ from a master key that its owner keeps elsewhere, the organisation and its log; then each epoch's
 * from the one before, which can't be computed backwards. An epoch is 256 receipts, as many as a bundle of entries in the public files:
 * which epoch a receipt is of follows from its index alone.
 */
import { hash, hkdfSync } from 'node:crypto';
import type { Digest } from '#common/data.ts';

export const EPOCH = 256;

const derive = (key: Uint8Array, info: string): Buffer => Buffer.from(hkdfSync('sha256', key, '', info, 32));
const owner = (what: string, org: string, log: string): string => `assay tags/v1 ${what}\n${org}\n${log}`;

export const epochOf = (index: number): number => Math.floor(index / EPOCH);

export function firstKey(master: Uint8Array, org: string, log: string): Buffer {
  return derive(master, owner('epoch 0', org, log));
}

/** The next epoch's key: HKDF one way. */
export function nextKey(key: Uint8Array): Buffer {
  return derive(key, 'assay tags/v1 next epoch');
}

/** What a receipt says of the master key: enough to know it again, useless to guess it. */
export function tagCommitment(master: Uint8Array, org: string, log: string): Digest {
  return derive(master, owner('commitment', org, log)).toString('hex');
}

const BLOCK = 64;
const HASH = 32;

/**
 * Signs with an epoch's key; no tag tells anything about the key after it. HMAC-SHA-256 over the index and the id, from two plain hashes:
 * createHmac makes an object a call, which took four times as long (measured).
 */
export function tagger(key: Uint8Array): (index: number, id: Uint8Array) => Buffer {
  const own = derive(key, 'assay tags/v1 tag');
  const inner = Buffer.alloc(BLOCK + 8 + HASH, 0x36);
  const outer = Buffer.alloc(BLOCK + HASH, 0x5c);
  for (const [at, byte] of own.entries()) {
    inner[at]! ^= byte;
    outer[at]! ^= byte;
  }
  return (index, id) => {
    inner.writeBigUInt64BE(BigInt(index), BLOCK);
    inner.set(id, BLOCK + 8);
    outer.set(hash('sha256', inner, 'buffer'), BLOCK);
    return hash('sha256', outer, 'buffer');
  };
}

/** Epoch keys in ascending order, from a key that is known. */
export class EpochKeys {
  epoch: number;
  key: Buffer;
  private tag: ReturnType<typeof tagger>;

  constructor(key: Uint8Array, epoch = 0, tag = tagger(key)) {
    this.key = Buffer.from(key);
    this.epoch = epoch;
    this.tag = tag;
  }

  /** @throws RangeError for an epoch whose key is gone */
  at(index: number, id: Uint8Array): Buffer {
    this.forward(epochOf(index));
    return this.tag(index, id);
  }

  forward(epoch: number): void {
    if (epoch < this.epoch) throw new RangeError(`The key of epoch ${epoch} is gone: this is epoch ${this.epoch}.`);
    if (epoch === this.epoch) return;
    for (; this.epoch < epoch; this.epoch++) {
      const before = this.key;
      this.key = nextKey(before);
      before.fill(0);
    }
    this.tag = tagger(this.key);
  }

  copy(): EpochKeys {
    return new EpochKeys(this.key, this.epoch, this.tag);
  }
}
