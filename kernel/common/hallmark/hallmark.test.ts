import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#crypto';
import { AssayError } from '#common/errors.ts';
import { drawHallmark, hallmarkSvg, hallmarkText, hallmarkWords } from './hallmark.ts';
import { FIGURES, PUNCHES } from './shapes.ts';
import { HALLMARK_WORDS } from './words.ts';

const digests = Array.from({ length: 500 }, (_, index) => sha256Hex(`run ${index}`));

test('a digest keeps its hallmark: one that people remember must not change', () => {
  assert.equal(hallmarkWords(digests[0]!), 'oval, wheel of seven, 9 pips: gull lotus moss');
  assert.equal(
    sha256Hex(drawHallmark(digests[0]!).path),
    'b0cc5bbe55f8d0fc4f3fbe5ae4d58eed7d73965364d9d07282c74e197041db91',
  );
  assert.equal(
    hallmarkText(digests[0]!),
    '⠀⠀⠀⢀⣤⣶⣿⣿⣶⣤⡀⠀⠀⠀\n⠀⠀⢠⣿⣬⣿⡿⣿⣿⣥⣿⡄⠀⠀\n⠀⢀⣯⣽⣋⠙⢣⢀⠟⠹⣯⣽⡀⠀\n⠀⢸⣏⣿⠋⣙⣾⢟⠒⠚⣻⣹⡇⠀\n⠀⠈⣟⣻⣿⡁⣸⡀⠳⣶⣟⣻⠁⠀\n⠀⠀⠘⣿⣿⣿⣿⣿⣿⣿⣿⠃⠀⠀\n⠀⠀⠀⠈⠛⠿⣧⣼⠿⠛⠁⠀⠀⠀',
  );
});

test('every punch, figure and number stays inside its 24 units', () => {
  for (const [a] of PUNCHES.entries()) {
    for (const [b] of FIGURES.entries()) {
      for (let c = 0; c < 6; c++) {
        const bytes = new Uint8Array(32).fill(255);
        bytes.set([a, b, c]);
        const { path } = drawHallmark(Buffer.from(bytes).toString('hex'));
        const numbers = (path.match(/-?[\d.]+/g) ?? []).map(Number);
        assert.ok(
          numbers.every((number) => number >= -0.1 && number <= 24.1),
          `${a} ${b} ${c}: ${Math.min(...numbers)} ${Math.max(...numbers)}`,
        );
        assert.doesNotMatch(path, /NaN|Infinity/);
      }
    }
  }
});

test('different runs look and sound different', () => {
  assert.ok(new Set(digests.map((digest) => drawHallmark(digest).path)).size > 495);
  assert.ok(new Set(digests.slice(0, 80).map((digest) => hallmarkText(digest))).size > 78);
  assert.ok(new Set(digests.map((digest) => drawHallmark(digest).words.split(': ')[1])).size >= 499);
  assert.equal(new Set(HALLMARK_WORDS).size, 256);
});

test('a terminal gets seven lines of fourteen', () => {
  for (const digest of digests.slice(0, 50)) {
    const lines = hallmarkText(digest).split('\n');
    assert.deepEqual(lines.map(({ length }) => length), [14, 14, 14, 14, 14, 14, 14]); // prettier-ignore
    assert.ok(lines.every((line) => /^[\u2800-\u28ff]+$/.test(line)));
  }
});

test('a broken one is cracked and says so; no digest, no hallmark', () => {
  const [digest] = digests as [string];
  assert.match(hallmarkSvg(digest), /^<svg [^>]*aria-label="Hallmark: /);
  assert.match(hallmarkSvg(digest, { broken: true }), /aria-label="Broken hallmark: .*clip-path/);
  for (const wrong of ['', 'abc', 'g'.repeat(64)]) {
    assert.throws(
      () => drawHallmark(wrong),
      (error) => error instanceof AssayError && error.code === 'VALUE_MALFORMED',
    );
  }
});
