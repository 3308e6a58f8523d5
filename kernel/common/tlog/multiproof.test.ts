import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concatBytes } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import { leafHash, MerkleTree } from './merkle.ts';
import {
  formatMultiproof,
  gapsBetween,
  parseMultiproof,
  rangesOf,
  rootFromMany,
  type Multiproof,
} from './multiproof.ts';

const invalid = (error: unknown): boolean => error instanceof AssayError && error.code === 'MERKLE_INVALID';
const entry = (n: number): Uint8Array => Uint8Array.of(n >> 8, n);
const trees = fc
  .nat({ max: 70 })
  .chain((size) =>
    fc.record({ size: fc.constant(size), indices: fc.subarray(Array.from({ length: size }, (_, n) => n)) }),
  );

function proofFor(
  size: number,
  indices: readonly number[],
): { tree: MerkleTree; proof: Multiproof; leaves: Uint8Array } {
  const tree = new MerkleTree();
  for (let n = 0; n < size; n++) tree.append(entry(n));
  const ranges = rangesOf(indices);
  const hashes = concatBytes([...gapsBetween(ranges, size)].map(({ start, end }) => tree.subtree(start, end)));
  return {
    tree,
    proof: { ranges, hashes, checkpoint: 'note\n' },
    leaves: concatBytes(indices.map((n) => leafHash(entry(n)))),
  };
}

test('leads to the tree’s root for any entries of any tree, and no further hash or leaf fits', () => {
  fc.assert(
    fc.property(trees, ({ size, indices }) => {
      const { tree, proof, leaves } = proofFor(size, indices);
      assert.deepEqual(rootFromMany(size, proof, leaves), tree.root());
      assert.deepEqual(parseMultiproof(formatMultiproof(proof)), proof);
      if (size === 0) return;
      const more = { ...proof, hashes: concatBytes([proof.hashes, leafHash(entry(1))]) };
      assert.throws(() => rootFromMany(size, more, leaves), invalid);
      assert.throws(() => rootFromMany(size, proof, concatBytes([leaves, leafHash(entry(1))])), invalid);
    }),
  );
});

test('another leaf, hash or place gives another root, or none', () => {
  fc.assert(
    fc.property(trees, fc.nat(), fc.constantFrom('leaf', 'hash', 'place'), ({ size, indices }, at, what) => {
      const { tree, proof, leaves } = proofFor(size, indices);
      const flipped = (bytes: Uint8Array): Uint8Array =>
        bytes.map((byte, i) => (i === at % bytes.length ? byte ^ 1 : byte));
      if ((what === 'leaf' ? leaves : what === 'hash' ? proof.hashes : [1]).length === 0 || indices.length === 0)
        return;
      const moved = proof.ranges.map(({ start, end }) => ({ start: start + 1, end: end + 1 }));
      const told = what === 'hash' ? { ...proof, hashes: flipped(proof.hashes) } : what === 'place' ? { ...proof, ranges: moved } : proof; // prettier-ignore
      try {
        const root = rootFromMany(size, told, what === 'leaf' ? flipped(leaves) : leaves);
        assert.notDeepEqual(root, tree.root());
      } catch (error) {
        assert.ok(invalid(error), String(error));
      }
    }),
  );
});

test('one proof has one text', () => {
  const { proof } = proofFor(9, [0, 1, 2, 5]);
  const text = formatMultiproof(proof);
  const wrong = [
    text.replace('entries 0 3', 'entries 0 2\nentries 2 3'),
    text.replace('entries 0 3', 'entries 00 3'),
    text.replace('entries 0 3\nentries 5 6', 'entries 5 6\nentries 0 3'),
    text.replace('entries 0 3', 'entries 3 3'),
    text.replace('entries 5 6\n', 'entries 5 6\nentries\n'),
    text.replace('@v1', '@v2'),
    text.replace('\n\n', '\n \n'),
    text.replaceAll('\n', '\r\n'),
    '',
  ];
  for (const one of wrong) assert.throws(() => parseMultiproof(one), invalid, one);
});
