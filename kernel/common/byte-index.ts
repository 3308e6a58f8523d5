/** Numbers byte strings in order of their first appearance: a hash table that allocates nothing per entry. */

/** FNV-1a; whoever can choose the bytes can at most make look-ups slow. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash >>> 0;
}

/** SHA-256 digests are as good as random already. */
function hashOfDigest(bytes: Uint8Array, start: number): number {
  return (bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16) | (bytes[start + 3]! << 24)) >>> 0;
}

export class ByteIndex {
  size = 0;
  private readonly digests: boolean;
  /** All entries, one behind the other; entry n is [ends[n − 1], ends[n]). */
  private stored: Uint8Array;
  private ends: Uint32Array;
  /** Entry number + 1, or 0. At most half full. */
  private slots: Uint32Array;

  /** With `digests` all entries are 32 random bytes. `expected`: how many will come, or more, so that nothing is moved. */
  constructor(digests = false, expected = 128) {
    this.digests = digests;
    this.stored = new Uint8Array(32 * expected);
    this.ends = new Uint32Array(expected);
    this.slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * expected + 2)));
  }

  /** −1 when they never appeared. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.slots[this.slot(bytes, start, end)]! - 1;
  }

  /** Its number, the one it had or the next. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const slot = this.slot(bytes, start, end);
    const known = this.slots[slot]!;
    if (known > 0) return known - 1;
    const from = this.size === 0 ? 0 : this.ends[this.size - 1]!;
    const to = from + end - start;
    if (to > this.stored.length) this.stored = grown(this.stored, to);
    if (this.size === this.ends.length) this.ends = grown(this.ends, this.size + 1);
    for (let i = 0; i < end - start; i++) this.stored[from + i] = bytes[start + i]!;
    this.ends[this.size] = to;
    this.slots[slot] = ++this.size;
    if (this.size * 2 > this.slots.length) this.rehash();
    return this.size - 1;
  }

  /** The bytes of all entries, one behind the other: a view, until the next is added. */
  get all(): Uint8Array {
    return this.stored.subarray(0, this.size === 0 ? 0 : this.ends[this.size - 1]!);
  }

  /** The bytes of one entry: a view, until the next is added. */
  at(entry: number): Uint8Array {
    return this.stored.subarray(entry === 0 ? 0 : this.ends[entry - 1]!, this.ends[entry]!);
  }

  private slot(bytes: Uint8Array, start: number, end: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = (this.digests ? hashOfDigest(bytes, start) : hashOf(bytes, start, end)) & mask;
    while (slots[slot] !== 0 && !this.same(slots[slot]! - 1, bytes, start, end)) slot = (slot + 1) & mask;
    return slot;
  }

  private same(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = entry === 0 ? 0 : this.ends[entry - 1]!;
    if (this.ends[entry]! - from !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (this.stored[from + i] !== bytes[start + i]) return false;
    return true;
  }

  private rehash(): void {
    this.slots = new Uint32Array(this.slots.length * 2);
    for (let entry = 0; entry < this.size; entry++) {
      const from = entry === 0 ? 0 : this.ends[entry - 1]!;
      this.slots[this.slot(this.stored, from, this.ends[entry]!)] = entry + 1;
    }
  }
}

function grown<T extends Uint8Array | Uint32Array>(array: T, least: number): T {
  const larger = new (array.constructor as new (length: number) => T)(Math.max(least, array.length * 2));
  larger.set(array);
  return larger;
}
