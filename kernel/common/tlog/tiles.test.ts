import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { AssayError } from '#common/errors.ts';
import { leafHash, MerkleTree, nodeHash } from './merkle.ts';
import {
  decodeEntries,
  encodeEntries,
  newTiles,
  parseTilePath,
  readTile,
  tileBytes,
  tilePath,
  type Tile,
} from './tiles.ts';

const invalid = (error: unknown): boolean => error instanceof AssayError && error.code === 'TILE_INVALID';

test('paths are those of the specification', () => {
  assert.equal(tilePath({ level: 0, index: 1_234_067, width: 256 }), 'tile/0/x001/x234/067');
  assert.equal(tilePath({ level: 'entries', index: 0, width: 3 }), 'tile/entries/000.p/3');
  fc.assert(
    fc.property(
      fc.oneof(fc.nat(63), fc.constant('entries' as const)),
      fc.nat(2 ** 40),
      fc.integer({ min: 1, max: 256 }),
      (level, index, width) => {
        const tile: Tile = { level, index, width };
        assert.deepEqual(parseTilePath(tilePath(tile)), tile);
      },
    ),
  );
  const wrong = [
    'tile/0/1',
    'tile/00/001',
    'tile/64/001',
    'tile/0/x000/001',
    'tile/0/001.p/256',
    'tile/0/001.p/0',
    'tile/0/001.p/01',
    'tile/0/../001',
    '/tile/0/001',
  ];
  for (const path of wrong) assert.equal(parseTilePath(path), null, path);
});

test('a log of 70,000 has the tiles that the specification counts', () => {
  const tiles = newTiles(0, 70_000);
  const of = (level: Tile['level']): [number, (number | undefined)[]] => {
    const these = tiles.filter((tile) => tile.level === level);
    return [these.length, these.map(({ width }) => width).filter((width) => width < 256)];
  };
  assert.deepEqual(
    [of(0), of(1), of(2), of(3)],
    [
      [274, [112]],
      [2, [17]],
      [1, [1]],
      [0, []],
    ],
  );
  assert.deepEqual(of('entries'), of(0));
  assert.deepEqual(newTiles(0, 256).map(tilePath), ['tile/0/000', 'tile/entries/000', 'tile/1/000.p/1']);
});

test('growing in steps publishes whatever one step would, and the tiles alone give the root', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(700), { minLength: 1, maxLength: 5 }), (steps) => {
      const tree = new MerkleTree();
      const files = new Map<string, Uint8Array>();
      for (const step of steps) {
        const before = tree.size;
        for (let i = 0; i < step; i++) tree.append(Uint8Array.of(tree.size & 255, tree.size >> 8));
        for (const tile of newTiles(before, tree.size)) {
          if (tile.level !== 'entries')
            files.set(tilePath(tile), tileBytes(tree, { ...tile, level: tile.level }).slice());
        }
      }
      for (const tile of newTiles(0, tree.size)) if (tile.level !== 'entries') assert.ok(files.has(tilePath(tile)));
      for (const [path, bytes] of files) {
        const { level, index, width } = parseTilePath(path)!;
        const hashes = readTile(bytes, width);
        if (level !== 1) continue;
        for (const [at, hash] of hashes.entries()) {
          const below = readTile(files.get(tilePath({ level: 0, index: index * 256 + at, width: 256 }))!, 256);
          assert.deepEqual(hash, fold(below));
        }
      }
    }),
    { numRuns: 30 },
  );
});

function fold(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 1) return hashes[0]!;
  return nodeHash(fold(hashes.slice(0, hashes.length / 2)), fold(hashes.slice(hashes.length / 2)));
}

test('entry bundles come back, and cut or padded ones do not', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { minLength: 1, maxLength: 256 }), (entries) => {
      const bundle = encodeEntries(entries);
      assert.deepEqual(decodeEntries(bundle, entries.length), entries);
      assert.throws(() => decodeEntries(bundle, entries.length + 1), invalid);
      assert.throws(() => decodeEntries(bundle.subarray(0, -1), entries.length), invalid);
      assert.throws(() => decodeEntries(Uint8Array.from([...bundle, 0]), entries.length), invalid);
    }),
  );
  assert.throws(() => encodeEntries([new Uint8Array(65_536)]), invalid);
  assert.throws(() => readTile(leafHash(Uint8Array.of(1)), 2), invalid);
});
