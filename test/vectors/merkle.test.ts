import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { sha256 } from '#crypto';
import { AssayError } from '#common/errors.ts';
import { EMPTY_ROOT, leafHash, MerkleTree, nodeHash, verifyConsistency, verifyInclusion } from '#common/tlog/merkle.ts';

interface Vector {
  readonly name: string;
  readonly leafIdx: string;
  readonly treeSize: string;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[];
  readonly wantErr: boolean;
}
const vectors = JSON.parse(
  readFileSync(new URL('merkle-inclusion.json', import.meta.url), 'utf8'),
) as readonly Vector[];
const invalid = (error: unknown): boolean => error instanceof AssayError && error.code === 'MERKLE_INVALID';
const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

test('inclusion proofs of transparency-dev/merkle, good and broken', () => {
  for (const { name, leafIdx, treeSize, root, leafHash: leaf, proof, wantErr } of vectors) {
    const check = (): void =>
      verifyInclusion(BigInt(leafIdx), BigInt(treeSize), bytes(leaf), proof.map(bytes), bytes(root));
    if (wantErr) assert.throws(check, invalid, name);
    else check();
  }
});

const entries = Array.from({ length: 70 }, (_, index) => Uint8Array.of(index));
const tree = new MerkleTree();
for (const entry of entries) tree.append(entry);

/** MTH of RFC 6962, section 2.1, word for word. */
function mth(list: readonly Uint8Array[]): Uint8Array {
  if (list.length === 0) return sha256('');
  if (list.length === 1) return leafHash(list[0]!);
  let k = 1;
  while (k * 2 < list.length) k *= 2;
  return nodeHash(mth(list.slice(0, k)), mth(list.slice(k)));
}

test('the root at every size is that of RFC 6962', () => {
  assert.deepEqual(tree.root(0), EMPTY_ROOT);
  for (let size = 0; size <= entries.length; size++) assert.deepEqual(tree.root(size), mth(entries.slice(0, size)));
});

test('every entry is provable at every size, and no proof fits anything else', () => {
  for (let size = 1; size <= entries.length; size++) {
    for (let index = 0; index < size; index++) {
      const proof = tree.inclusionProof(index, size);
      const [leaf, root] = [leafHash(entries[index]!), tree.root(size)];
      verifyInclusion(index, size, leaf, proof, root);
      assert.throws(() => verifyInclusion(index, size, leafHash(Uint8Array.of(255)), proof, root), invalid);
      assert.throws(() => verifyInclusion(index, size, leaf, [...proof, leaf], root), invalid);
      if (size > 1) assert.throws(() => verifyInclusion((index + 1) % size, size, leaf, proof, root), invalid);
      if (size > 1) assert.throws(() => verifyInclusion(index, size, leaf, proof.slice(1), root), invalid);
    }
  }
});

test('every two sizes are consistent, and a changed past is not', () => {
  const forged = new MerkleTree();
  for (const [index, entry] of entries.entries()) forged.append(index === 5 ? Uint8Array.of(99) : entry);
  for (let to = 1; to <= entries.length; to++) {
    for (let from = 0; from <= to; from++) {
      const proof = tree.consistencyProof(from, to);
      verifyConsistency(from, to, proof, tree.root(from), tree.root(to));
      const longer = [...proof, tree.root(to)];
      assert.throws(() => verifyConsistency(from, to, longer, tree.root(from), tree.root(to)), invalid);
      if (from > 5) assert.throws(() => verifyConsistency(from, to, proof, tree.root(from), forged.root(to)), invalid);
      if (from > 5)
        assert.throws(
          () => verifyConsistency(from, to, forged.consistencyProof(from, to), tree.root(from), forged.root(to)),
          invalid,
        );
      if (proof.length > 0)
        assert.throws(() => verifyConsistency(from, to, proof.slice(1), tree.root(from), tree.root(to)), invalid);
    }
  }
});

test('a tree that forgot a batch goes on as if it had never been', () => {
  fc.assert(
    fc.property(fc.nat(70), fc.nat(70), (kept, lost) => {
      const other = MerkleTree.fromLeafHashes(tree.hashes(0, 0, kept));
      for (let i = 0; i < lost; i++) other.append(Uint8Array.of(200, i));
      other.truncate(kept);
      for (const entry of entries.slice(kept)) other.append(entry);
      assert.deepEqual(other.root(), tree.root());
    }),
  );
});

test('sizes beyond 2^53 are exact', () => {
  const [index, size] = [2n ** 63n, 2n ** 63n + 1n];
  const leaf = leafHash(Uint8Array.of(1));
  const left = leafHash(Uint8Array.of(2));
  const root = nodeHash(left, leaf);
  verifyInclusion(index, size, leaf, [left], root);
  assert.throws(() => verifyInclusion(index - 1n, size, leaf, [left], root), invalid);
  assert.throws(() => verifyInclusion(size, size, leaf, [left], root), invalid);
  assert.throws(() => verifyInclusion(-1n, size, leaf, [left], root), invalid);
});
