/** Who is right where tile, bundle and database differ: those whose leaves make the root that was signed. */
import { equalBytes } from '#common/bytes.ts';
import { HASH_BYTES, MerkleTree } from '#common/tlog/merkle.ts';

/** One leaf's hash as each side has it; undefined where that can't be read. */
export interface Leaf {
  readonly index: number;
  readonly tile: Uint8Array | undefined;
  readonly entry: Uint8Array | undefined;
  readonly row: Uint8Array | undefined;
}

export interface Judged {
  /** Of the leaves that are right, or that most agree on. */
  readonly tree: MerkleTree;
  /** They make the signed root. */
  readonly trusted: boolean;
  readonly parted: readonly { readonly leaf: Leaf; readonly right: Uint8Array }[];
}

const NONE = new Uint8Array(HASH_BYTES);

export class Sides {
  private readonly most = new MerkleTree();
  private readonly parted: Leaf[] = [];

  /** The next leaf. */
  add(leaf: Leaf): void {
    const { tile, entry, row } = leaf;
    this.most.appendHash(mostOf(leaf));
    const agree = same(tile, entry) && same(entry, row);
    if (!agree) this.parted.push(leaf);
  }

  /** `root`: as it was signed, where that is known. */
  judge(root: Uint8Array | undefined): Judged {
    const choices = [mostOf, ({ row, tile, entry }: Leaf) => row ?? tile ?? entry ?? NONE, ({ tile, entry, row }: Leaf) => tile ?? entry ?? row ?? NONE, ({ entry, tile, row }: Leaf) => entry ?? tile ?? row ?? NONE]; // prettier-ignore
    for (const choose of root === undefined ? [] : choices) {
      const tree = this.treeOf(choose);
      if (!equalBytes(tree.root(), root!)) continue;
      return { tree, trusted: true, parted: this.parted.map((leaf) => ({ leaf, right: choose(leaf) })) };
    }
    return { tree: this.most, trusted: false, parted: this.parted.map((leaf) => ({ leaf, right: mostOf(leaf) })) };
  }

  private treeOf(choose: (leaf: Leaf) => Uint8Array): MerkleTree {
    if (this.parted.every((leaf) => equalBytes(choose(leaf), mostOf(leaf)))) return this.most;
    const hashes = this.most.hashes(0, 0, this.most.size).slice();
    for (const leaf of this.parted) hashes.set(choose(leaf), leaf.index * HASH_BYTES);
    return MerkleTree.fromLeafHashes(hashes);
  }
}

function mostOf({ tile, entry, row }: Leaf): Uint8Array {
  if (tile !== undefined && (same(tile, entry) || same(tile, row))) return tile;
  return (same(entry, row) ? entry : tile) ?? entry ?? row ?? NONE;
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && equalBytes(a, b);
}
