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
  const pick = (read: (node: FileNode) => number): number[] => order.map((position) => read(nodes[position]!));
  return {
    feature: Int32Array.from(pick((node) => (node.leaf ? -1 : node.feature))),
    threshold: Float64Array.from(pick((node) => node.threshold)),
    mode: Uint8Array.from(pick((node) => node.mode)),
    missing: Uint8Array.from(pick((node) => node.missing)),
    yes: Int32Array.from(yes),
    no: Int32Array.from(no),
    cover: Float64Array.from(pick((node) => node.cover)),
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
