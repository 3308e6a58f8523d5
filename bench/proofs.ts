/**
 * What a log of 1,000,000 entries can prove in a second, on one thread: proofs of inclusion and consistency made from the tree in memory and from
 * tiles, checked by a stranger (text parsed, signature of the checkpoint included, or the hashes alone), one proof for many entries, and tiles
 * rebuilt from the entries. No rival is installed here; RFC 6962 itself sets 20 hashes a proof.
 */
import { concatBytes } from '../kernel/common/bytes.ts';
import { leafHash, MerkleTree, verifyConsistency, verifyInclusion } from '../kernel/common/tlog/merkle.ts';
import { gapsBetween, rangesOf, rootFromMany } from '../kernel/common/tlog/multiproof.ts';
import { formatCheckpoint, noteSigner, signNote } from '../kernel/common/tlog/note.ts';
import { formatProof, verifyProof } from '../kernel/common/tlog/proof.ts';
import { tilePath, type Tile } from '../kernel/common/tlog/tiles.ts';
import { TiledTree } from '../kernel/log/prove.ts';
import { TreeEdge } from '../kernel/log/tree.ts';
import { sha256 } from '#crypto';
import { measure, print, type Measured } from './lib/cpu.ts';

const SIZE = 1_000_000;
const entry = (n: number): Uint8Array => sha256(String(n));
const leaves = Array.from({ length: SIZE }, (_, n) => leafHash(entry(n)));
const tree = new MerkleTree();
for (const leaf of leaves) tree.appendHash(leaf);
const root = tree.root();
/** Anywhere in the log, never one behind the other. */
const place = (i: number): number => (i * 619_169) % SIZE;

const signer = noteSigner('log.example/bench', new Uint8Array(32).fill(5));
const checkpoint = signNote(formatCheckpoint({ origin: signer.name, size: BigInt(SIZE), root }), [signer]);

const tiles = new Map<string, Uint8Array>();
function rebuild(keep: boolean): void {
  const edge = new TreeEdge();
  const take = (
    all: readonly {
      readonly bytes: Uint8Array;
      readonly level: number;
      readonly index: number;
      readonly width: number;
    }[],
  ): void => {
    if (keep) for (const tile of all) tiles.set(tilePath(tile), tile.bytes);
  };
  for (let n = 0; n < SIZE; n++) {
    edge.append(leaves[n]!);
    if (n % 65_536 === 0) take(edge.takeFull());
  }
  take(edge.takeTiles());
  if (Buffer.compare(edge.root(), root) !== 0) throw new Error('root');
}
rebuild(true);
const readTile = (tile: Tile): Promise<Uint8Array> => Promise.resolve(tiles.get(tilePath(tile))!);

const proofs = Array.from({ length: 1000 }, (_, i) => tree.inclusionProof(place(i)));
const texts = proofs.map((hashes, i) => formatProof({ index: BigInt(place(i)), hashes, checkpoint }));
const older = Array.from({ length: 1000 }, (_, i) => place(i) + 1);
const consistent = older.map((size) => ({ size, proof: tree.consistencyProof(size), root: tree.root(size) }));
const all = rangesOf(Array.from({ length: SIZE - 100 }, (_, n) => n + 50));
const many = {
  ranges: all,
  hashes: concatBytes([...gapsBetween(all, SIZE)].map(({ start, end }) => tree.subtree(start, end))),
  checkpoint,
};
const own = concatBytes(leaves.slice(50, SIZE - 50));

/** As a seal makes them. */
async function manyProofs(count: number): Promise<void> {
  const tiled = new TiledTree(SIZE, readTile);
  for (let i = 0; i < count; i++) await tiled.inclusionProof(700_000 + i);
}

const rows: [Measured, number][] = [
  [await measure('inclusion proof made, tree in memory', 50_000, (i) => tree.inclusionProof(place(i))), 1],
  [await measure('inclusion proof made, from tiles, one by itself', 5_000, (i) => new TiledTree(SIZE, readTile).inclusionProof(place(i))), 1],
  [await measure('inclusion proofs made, from tiles, of a run of 5,000', 5, () => manyProofs(5_000)), 5_000],
  [await measure('inclusion proof checked, hashes alone', 20_000, (i) => verifyInclusion(place(i % 1000), SIZE, leaves[place(i % 1000)]!, proofs[i % 1000]!, root)), 1],
  [await measure('tlog-proof checked: text, signature, hashes', 5_000, (i) => verifyProof(texts[i % 1000]!, entry(place(i % 1000)), [signer])), 1],
  [await measure('consistency proof made, tree in memory', 50_000, (i) => tree.consistencyProof(older[i % 1000]!)), 1],
  [await measure('consistency proof checked', 20_000, (i) => { const { size, proof, root: then } = consistent[i % 1000]!; verifyConsistency(size, SIZE, proof, then, root); }), 1],
  [await measure('entries proved by one multiproof', 5, () => rootFromMany(SIZE, many, own)), SIZE - 100],
  [await measure('entries put into tiles again, root compared', 5, () => rebuild(false)), SIZE],
]; // prettier-ignore
print(
  ['1,000,000 entries', 'a CPU-second', 'CPU time each'],
  rows.map(([{ what, cpu }, each]) => [
    what,
    Math.round((each * 1e6) / cpu).toLocaleString('en'),
    `${(cpu / each).toFixed(2)} µs`,
  ]),
);
console.log(`\nTiles: ${tiles.size.toLocaleString('en')} files of up to 8 KB.`);
