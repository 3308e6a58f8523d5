import { AssayError } from '#common/errors.ts';
import { MEMBER, type Tree } from './trees.ts';

/** A node as the file has it, before the trees are laid out. `yes` and `no` are positions in the list; −1 marks a leaf. */
export interface FileNode {
  readonly feature: number;
  readonly threshold: number;
  readonly mode: number;
  readonly missing: number;
  readonly yes: number;
  readonly no: number;
  readonly cover: number;
  readonly leaf: boolean;
  readonly members?: ReadonlySet<number>;
}

/**
 * Lays one tree out in preorder.
 *
 * @param valueOf adds what a leaf (by position in `nodes`) gives to a row of scores
 * @param limit most nodes that the tree may have; reached only when branches meet again or form a ring
 * @throws MODEL_INVALID
 */
export function layOut(
  nodes: readonly FileNode[],
  root: number,
  scores: number,
  valueOf: (position: number, into: Float64Array) => void,
  limit: number,
): Tree {
  const order: number[] = [];
  const yes: number[] = [];
  const no: number[] = [];
  const waiting: { position: number; parent: number; side: number[] }[] = [{ position: root, parent: -1, side: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const node = nodes[next.position];
    if (node === undefined)
      throw new AssayError('MODEL_INVALID', `A tree points at node ${next.position}, which is not there.`);
    const index = order.push(next.position) - 1;
    if (order.length > limit)
      throw new AssayError('MODEL_INVALID', 'The branches of a tree form a ring or meet again.');
    yes.push(0);
    no.push(0);
    if (next.parent >= 0) next.side[next.parent] = index;
    if (node.leaf) continue;
    waiting.push({ position: node.no, parent: index, side: no }, { position: node.yes, parent: index, side: yes });
  }
  const value = new Float64Array(order.length * scores);
  const members = new Map<number, ReadonlySet<number>>();
  order.forEach((position, index) => {
    const node = nodes[position]!;
    if (node.leaf) valueOf(position, value.subarray(index * scores, (index + 1) * scores));
    else if (node.mode === MEMBER) members.set(index, node.members ?? new Set());
  });
  const count = order.length;
  const [feature, threshold, cover] = [new Int32Array(count), new Float64Array(count), new Float64Array(count)];
  const [mode, missing] = [new Uint8Array(count), new Uint8Array(count)];
  for (let index = 0; index < count; index++) {
    const node = nodes[order[index]!]!;
    feature[index] = node.leaf ? -1 : node.feature;
    threshold[index] = node.threshold;
    mode[index] = node.mode;
    missing[index] = node.missing;
    cover[index] = node.cover;
  }
  return {
    feature,
    threshold,
    mode,
    missing,
    yes: Int32Array.from(yes),
    no: Int32Array.from(no),
    cover,
    value,
    ...(members.size === 0 ? {} : { members }),
  };
}

/**
 * Whether covers are counts of rows: finite, not negative, and each inner node's the sum of its children's to float32's precision. Many
 * exporters write 1 everywhere, which is no count.
 */
export function countsRows(tree: Tree): boolean {
  for (let node = 0; node < tree.feature.length; node++) {
    if (tree.feature[node]! < 0) continue;
    const own = tree.cover[node]!;
    const children = tree.cover[tree.yes[node]!]! + tree.cover[tree.no[node]!]!;
    if (!(own > 0) || !(Math.abs(own - children) <= 1e-5 * own)) return false;
    if (tree.cover[tree.yes[node]!]! < 0 || tree.cover[tree.no[node]!]! < 0) return false;
  }
  return true;
}
