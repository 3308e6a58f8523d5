import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assert as check, asyncProperty, integer, nat } from 'fast-check';
import { sha256 } from '#crypto';
import { concatBytes } from '#common/bytes.ts';
import { MerkleRange } from '#common/tlog/merkle-range.ts';
import { leafHash, MerkleTree } from '#common/tlog/merkle.ts';
import { newTiles, tileBytes, tilePath, type Tile } from '#common/tlog/tiles.ts';
import { gapsBetween, rangesOf } from '#common/tlog/multiproof.ts';
import { TiledTree } from './prove.ts';
import { TreeEdge } from './tree.ts';

const leaf = (index: number): Uint8Array => leafHash(sha256(String(index)));
const SIZES = [0, 1, 2, 3, 255, 256, 257, 511, 512, 70_000];

/** Both trees, fed with the same leaves, and the tiles that the edge published on the way. */
function grow(size: number, batch: number): { edge: TreeEdge; whole: MerkleTree; files: Map<string, Uint8Array> } {
  const [edge, whole, files] = [new TreeEdge(), new MerkleTree(), new Map<string, Uint8Array>()];
  for (let index = 0; index < size; index++) {
    edge.append(leaf(index));
    whole.appendHash(leaf(index));
    if (index % batch !== batch - 1 && index !== size - 1) continue;
    for (const tile of edge.takeTiles()) files.set(tilePath(tile), tile.bytes);
  }
  return { edge, whole, files };
}

const reader =
  (files: ReadonlyMap<string, Uint8Array>) =>
  async (tile: Tile): Promise<Uint8Array> =>
    files.get(tilePath(tile))!;

describe('TreeEdge', () => {
  for (const size of SIZES) {
    it(`has the root, tiles and proofs of the whole tree at ${size}`, async () => {
      const { edge, whole, files } = grow(size, 300);
      assert.deepEqual(edge.root(), whole.root());
      for (const tile of newTiles(0, size)) {
        if (tile.level === 'entries') continue;
        assert.deepEqual(files.get(tilePath(tile)), new Uint8Array(tileBytes(whole, { ...tile, level: tile.level })));
      }
      for (const index of [0, 1, 255, 256, 300, size - 1].filter((at) => at >= 0 && at < size)) {
        const proof = await new TiledTree(size, reader(files)).inclusionProof(index);
        assert.deepEqual(proof, whole.inclusionProof(index, size));
      }
    });
  }

  it('proves many entries out of tiles that are read once, by the proofs of the whole tree', async () => {
    for (const size of SIZES.slice(1)) {
      const { whole, files } = grow(size, 300);
      const read = new Map<string, number>();
      const tree = new TiledTree(size, (tile) => {
        const path = tilePath(tile);
        read.set(path, (read.get(path) ?? 0) + 1);
        return Promise.resolve(files.get(path)!);
      });
      const places = Array.from({ length: 400 }, (_, i) => (i * 619_169) % size);
      for (const index of places) assert.deepEqual(await tree.inclusionProof(index), whole.inclusionProof(index));
      for (const from of places) assert.deepEqual(await tree.consistencyProof(from), whole.consistencyProof(from));
      const ranges = rangesOf([...new Set(places)].toSorted((a, b) => a - b));
      const hashes = await tree.hashesBetween(ranges);
      assert.deepEqual(hashes, concatBytes([...gapsBetween(ranges, size)].map(({ start, end }) => whole.subtree(start, end)))); // prettier-ignore
      assert.ok([...read.values()].every((times) => times === 1));
    }
  });

  it('grows on from its tiles as if it had never stopped', async () => {
    await check(
      asyncProperty(nat(1200), integer({ min: 1, max: 700 }), async (before, more) => {
        const { files } = grow(before, 100);
        const edge = await TreeEdge.restore(before, reader(files));
        const whole = new MerkleTree();
        for (let index = 0; index < before; index++) whole.appendHash(leaf(index));
        assert.deepEqual(edge.root(), whole.root());
        for (let index = before; index < before + more; index++) {
          edge.append(leaf(index));
          whole.appendHash(leaf(index));
        }
        assert.deepEqual(edge.root(), whole.root());
        for (const tile of edge.takeTiles()) {
          assert.deepEqual(tile.bytes, new Uint8Array(tileBytes(whole, tile)));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('gives the peaks of every smaller tree out of its tiles, from which a range goes on to the same root', async () => {
    const entry = (index: number): Uint8Array => sha256(`entry ${index}`);
    await check(
      asyncProperty(nat(1200), nat(300), async (size, more) => {
        const [range, whole, edge] = [new MerkleRange(), new MerkleTree(), new TreeEdge()];
        const files = new Map<string, Uint8Array>();
        for (let index = 0; index < size + more; index++) {
          if (index < size) range.append(entry(index));
          whole.append(entry(index));
          edge.append(leafHash(entry(index)));
        }
        for (const tile of edge.takeTiles()) files.set(tilePath(tile), tile.bytes);
        const found = await new TiledTree(size + more, reader(files)).peaks(size);
        assert.deepEqual(found, range.peaks());
        const again = MerkleRange.from(size, found);
        assert.deepEqual(again.root(), whole.root(size));
        for (let index = size; index < size + more; index++) again.append(entry(index));
        assert.deepEqual(again.root(), whole.root());
      }),
      { numRuns: 30 },
    );
    assert.throws(() => MerkleRange.from(5, [entry(0)]), { code: 'MERKLE_INVALID' });
    assert.throws(() => MerkleRange.from(1, [entry(0).subarray(1)]), { code: 'MERKLE_INVALID' });
  });
});
