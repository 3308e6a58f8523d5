import type { Tree } from '#common/onnx/trees.ts';
import { gaussLegendre, type Quadrature } from '../quadrature.ts';
import type { Coded } from './codes.ts';
import { ensure, type Exports, type Memory, reserver } from './exports.ts';

/** What trees programs may be written for. */
export interface Trees {
  /** Nodes of a tree, at most. */
  readonly nodes: number;
  readonly scores: number;
  /** Most bits of an index, up to 13. */
  readonly bits: number;
  /** 2: tables and paths are about pairs of features. */
  readonly order: 1 | 2;
  /** Number of each two features' pair (features × features), where they are. */
  readonly pairs: Int32Array | null;
}

/** Writes programs one behind the other. */
export interface Writer {
  /** Bytes that all programs take. */
  readonly used: number;
  clear(): void;
  /** Chooses the tree that is written about. @param longest different features on a path, at most */
  choose(tree: Tree, coded: Coded, longest: number): void;
  /** Bytes of its program with tables. */
  measure(): number;
  /** A program that counts how often each index comes up; run over a background it is what `tables` are filled in from. @returns where it starts */
  counts(): number;
  /** @param bytes that were measured @param counts of a background; 0: by covers */
  tables(bytes: number, counts: number): number;
  /** A program over one score's paths. @param decisions at their ends that share a table, at most */
  paths(score: number, decisions: number): number;
  /** Ends the programs with tables that were written since the last end. */
  end(): void;
}

interface Layout extends Trees {
  readonly features: number;
  readonly sums: number;
  /** Bytes from one column of sums to the next. */
  readonly column: number;
}

/** Points that are exact for so many features, or pairs of them. */
export const pointsOf = (longest: number, order: 1 | 2): number => Math.max(1, Math.ceil((longest - order + 1) / 2));

/** Bytes that a program over the paths of a tree takes, at most. */
export const pathBytes = (nodes: number, points: number, order: 1 | 2): number =>
  nodes * (order === 1 ? 256 + 304 * points : 1152 + 56 * points);

const MOST_POINTS = 32;

/** With 7 bits a table's 128 rows of a line each lie in the first-level cache. */
export const LEAST_BITS = 7;

export function openWriter(exports: Exports, memory: Memory, from: number, layout: Layout): Writer {
  const { nodes, scores, bits, order, pairs, features, sums, column } = layout;
  const parts = order === 1 ? bits : (bits * (bits - 1)) / 2;
  const { reserve, end } = reserver(from);
  const room = reserve(exports.roomBytes());
  const leaves = reserve(exports.leafBytes(bits, parts));
  const numbers = reserve(pairs === null ? 0 : pairs.byteLength);
  const ruleAt = reserve(16 * MOST_POINTS);
  const treeAt = reserve(nodes * (32 + 8 * scores));
  const start = end();
  ensure(memory, start);
  if (pairs !== null) new Int32Array(memory.buffer, numbers, pairs.length).set(pairs);
  exports.setRooms(room, leaves, bits, parts, numbers, features);
  const rules = new Map<number, Quadrature>();
  let points = 0;
  let chosen = 0;
  let at = start;

  function useRule(count: number): void {
    if (count === points) return;
    points = count;
    const rule = rules.get(count) ?? gaussLegendre(count);
    rules.set(count, rule);
    const place = new Float64Array(memory.buffer, ruleAt, 2 * count);
    place.set(rule.nodes);
    place.set(rule.weights, count);
    exports.setRule(ruleAt, count);
  }

  /** @param most bytes that are written */
  function write(most: number, to: (at: number) => number): number {
    ensure(memory, at + most + 128);
    const begin = at;
    at = to(at);
    return begin;
  }

  return {
    get used() {
      return at - start;
    },
    clear: () => void (at = start),
    choose(tree, coded, longest) {
      useRule(pointsOf(longest, order));
      exports.setShape(Math.max(LEAST_BITS, longest), order, scores, sums, column);
      const count = tree.feature.length;
      chosen = count;
      new Float64Array(memory.buffer, treeAt, count).set(tree.cover);
      new Float64Array(memory.buffer, treeAt + 8 * count, count * scores).set(tree.value);
      const numbersAt = treeAt + 8 * count * (1 + scores);
      const own = new Int32Array(memory.buffer, numbersAt, 5 * count);
      [coded.column, coded.cut, coded.yes, coded.no, tree.feature].forEach((array, i) => own.set(array, i * count));
      exports.setTree(treeAt, count, scores);
    },
    measure: () => exports.measureTree(),
    counts: () => write(exports.measureTree(), (to) => exports.writeCounts(to)),
    tables: (bytes, counts) => write(bytes, (to) => exports.writeTables(to, counts)),
    paths(score, decisions) {
      const bytes = pathBytes(chosen, points, order);
      if (order === 1) return write(bytes, (to) => exports.writePaths(to, score, scores, decisions));
      return write(bytes, (to) => exports.writePairs(to, score, scores));
    },
    end() {
      new Int32Array(memory.buffer, at, 2).fill(0);
      at += 8;
    },
  };
}
