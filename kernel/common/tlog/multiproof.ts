/**
 * One proof that many entries are in a log: which they are, and the roots of the subtrees between them, left to right. For a run whose receipts
 * were logged one behind the other these are some twenty hashes, where single proofs would have twenty each. C2SP has no format for this;
 * it is written like a tlog-proof.
 */
import { sha256Into, type Bytes } from '#crypto';
import { fromBase64, toBase64 } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import { EMPTY_ROOT, HASH_BYTES, powerBelow } from './merkle.ts';
import { subtreeRoot } from './rows.ts';

const HEADER = 'assay/multiproof@v1';

/** Entries [start, end) of the log. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Multiproof {
  /** Ascending; between two there is at least one other entry. */
  readonly ranges: readonly Range[];
  /** 32 bytes each. */
  readonly hashes: Uint8Array;
  /** The signed note, verbatim. */
  readonly checkpoint: string;
}

/** Ascending indices as ranges. */
export function rangesOf(indices: readonly number[]): Range[] {
  const ranges: { start: number; end: number }[] = [];
  for (const index of indices) {
    const last = ranges.at(-1);
    if (last?.end === index) last.end++;
    else ranges.push({ start: index, end: index + 1 });
  }
  return ranges;
}

export function formatMultiproof({ ranges, hashes, checkpoint }: Multiproof): string {
  const entries = ranges.map(({ start, end }) => `entries ${start} ${end}\n`).join('');
  const lines = Array.from({ length: hashes.length / HASH_BYTES }, (_, i) => `${toBase64(hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))}\n`); // prettier-ignore
  return `${HEADER}\n${entries}${lines.join('')}\n${checkpoint}`;
}

/** Takes apart what `formatMultiproof` wrote, and nothing else, verifying nothing. @throws MERKLE_INVALID */
export function parseMultiproof(text: string): Multiproof {
  const blank = text.indexOf('\n\n');
  const [header, ...lines] = text.slice(0, Math.max(blank, 0)).split('\n');
  if (header !== HEADER) refuse('This is no multiproof.');
  const ranges: Range[] = [];
  for (const line of lines) {
    const [, from, to] = /^entries (0|[1-9][0-9]{0,14}) ([1-9][0-9]{0,14})$/.exec(line) ?? [];
    if (from === undefined) break;
    const [start, end] = [Number(from), Number(to)];
    const before = ranges.at(-1)?.end ?? -1;
    if (start <= before || end <= start) refuse('Its entries are not in order.');
    ranges.push({ start, end });
  }
  const rest = lines.slice(ranges.length);
  const hashes = new Uint8Array(rest.length * HASH_BYTES);
  for (const [index, line] of rest.entries()) {
    const hash = fromBase64(line);
    if (hash?.length !== HASH_BYTES) refuse('The proof holds a line that is no hash.');
    hashes.set(hash, index * HASH_BYTES);
  }
  return { ranges, hashes, checkpoint: text.slice(blank + 2) };
}

/** Subtrees of a tree of `size` without any of these entries, as large as they can be, left to right: what the proof has to give. */
export function* gapsBetween(ranges: readonly Range[], size: number): Generator<Range> {
  let next = 0;
  const within = function* (start: number, end: number): Generator<Range> {
    while (next < ranges.length && ranges[next]!.end <= start) next++;
    const range = ranges[next];
    if (range === undefined || range.start >= end) return yield { start, end };
    if (range.start <= start && range.end >= end) return;
    const split = start + powerBelow(end - start);
    yield* within(start, split);
    yield* within(split, end);
  };
  if (size > 0) yield* within(0, size);
}

/**
 * The root of the tree of `size` that has these entries (`leaves`: their leaf hashes one behind the other, in order).
 * @throws MERKLE_INVALID when the proof has more or less than that takes
 */
export function rootFromMany(size: number, { ranges, hashes }: Multiproof, leaves: Uint8Array): Bytes {
  if (size === 0) return EMPTY_ROOT;
  const nodes: Uint8Array[] = [];
  let [next, hash, leaf] = [0, 0, 0];
  const write = (start: number, end: number, out: Uint8Array, to: number, depth: number): void => {
    while (next < ranges.length && ranges[next]!.end <= start) next++;
    const range = ranges[next];
    if (range === undefined || range.start >= end) {
      if (hash + HASH_BYTES > hashes.length) refuse('The proof is too short.');
      out.set(hashes.subarray(hash, hash + HASH_BYTES), to);
      hash += HASH_BYTES;
    } else if (range.start <= start && range.end >= end && isTogether(end - start)) {
      const width = (end - start) * HASH_BYTES;
      if (leaf + width > leaves.length) refuse('The proof is too short.');
      out.set(subtreeRoot(leaves.subarray(leaf, leaf + width)), to);
      leaf += width;
    } else {
      const node = (nodes[depth] ??= new Uint8Array(1 + 2 * HASH_BYTES).fill(1, 0, 1));
      const split = start + powerBelow(end - start);
      write(start, split, node, 1, depth + 1);
      write(split, end, node, 1 + HASH_BYTES, depth + 1);
      sha256Into(node, out, to);
    }
  };
  const root = new Uint8Array(HASH_BYTES);
  write(0, size, root, 0, 0);
  if (hash !== hashes.length || leaf !== leaves.length || (ranges.at(-1)?.end ?? 0) > size)
    refuse('The proof is too long.');
  return root;
}

/** Leaves that make a complete subtree, not too many to hash row by row. */
const isTogether = (width: number): boolean => width <= 4096 && Number.isInteger(Math.log2(width));

function refuse(why: string): never {
  throw new AssayError('MERKLE_INVALID', why);
}
