/** How the receipts of a run in one file hang together: each behind the one before it, and after what it follows from. */
import { ByteIndex } from '#common/byte-index.ts';
import { toHex } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { KindList } from '#common/receipt/kind-list.ts';
import { PARENT_ROLES } from '#common/receipt/lineage-rules.ts';
import { ROLES, type Kind, type Role } from '#common/receipt/types.ts';
import { linePath, type LongFaults } from './long-faults.ts';

/** A receipt outside the run that one in it follows from, and the first that does. */
export interface Outside {
  readonly digest: Digest;
  readonly role: Role;
  readonly place: number;
}

const MAX_OUTSIDE = 65_534;

export class LongChain {
  count = 0;
  /** From one of its receipts to another. */
  links = 0;
  readonly ids: ByteIndex;
  readonly kinds = new KindList();
  private readonly outsiders = new Map<string, Outside>();
  /** The ids of this receipt and of the one before it. */
  private readonly current = new Uint8Array(32);
  private readonly before = new Uint8Array(32);
  private readonly faults: LongFaults;

  /** `expected` receipts, or fewer. */
  constructor(faults: LongFaults, expected: number) {
    this.faults = faults;
    this.ids = new ByteIndex(true, Math.max(1, expected));
  }

  get outside(): readonly Outside[] {
    return [...this.outsiders.values()];
  }

  /** Whether it is the first of this id: then it is the present receipt. */
  add(id: Uint8Array): boolean {
    if (this.ids.add(id, 0, 32) !== this.count) return false;
    this.count++;
    this.before.set(this.current);
    this.current.set(id);
    return true;
  }

  /** @param prev null: it names none */
  checkPlace(kind: Kind, seq: number, prev: Uint8Array | null): void {
    const place = this.count - 1;
    this.kinds.set(place, kind);
    if (seq !== place) this.faults.at(place, 'STREAM', `has number ${seq} of the run, where number ${place} comes.`);
    let same = prev !== null;
    for (let i = 0; same && i < 32; i++) same = prev![i] === this.before[i];
    if (place > 0 && !same) this.faults.at(place, 'STREAM', 'does not name the receipt before it.');
    if (place === 0 && kind !== 'open') this.faults.say('OPEN_CLOSE', 'The run does not begin with its announcement.');
  }

  /** What comes later in the run is no parent: whatever follows was logged after it. */
  checkParent(kind: Kind, role: Role, digest: Uint8Array): void {
    const place = this.count - 1;
    if (!PARENT_ROLES[kind].includes(role))
      this.faults.at(place, 'LINEAGE', `follows from a “${role}”; of its kind, “${kind}”, nothing does.`);
    const parent = this.ids.find(digest, 0, 32);
    if (parent === place) return this.faults.at(place, 'PARENTS', 'follows from itself.');
    if (parent >= 0) {
      this.links++;
      const kinds: readonly Kind[] = ROLES[role];
      if (!kinds.includes(this.kinds.get(parent)))
        this.faults.at(place, 'PARENTS', `has ${linePath(parent)}, as its “${role}”.`);
      return;
    }
    const hex = toHex(digest);
    const known = `${role} ${hex}`;
    if (this.outsiders.has(known)) return;
    if (this.outsiders.size >= MAX_OUTSIDE)
      return this.faults.at(place, 'PARENTS', 'follows from something that is not here.');
    this.outsiders.set(known, { digest: hex, role, place });
  }

  end(): void {
    const { count, kinds } = this;
    if (count > 0 && kinds.get(count - 1) !== 'close')
      this.faults.say('OPEN_CLOSE', 'The run does not end with its close.');
  }
}
