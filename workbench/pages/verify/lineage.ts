/** Receipts of a bundle as a drawing: every receipt below what it follows from. */
import { sha256Hex } from '#crypto';
import { headline, type ReadReceipt, readReceipt } from '../../parts/receipt.ts';
import { filesIn } from './verify.ts';

export interface LineageNode {
  /** One receipt, or all of one kind that stand in the same column: sixteen models trained in one cell are one thing to look at. */
  readonly receipts: readonly ReadReceipt[];
  readonly kind: string;
  readonly label: string;
  /** Column: 0 follows from nothing. */
  readonly layer: number;
  /** Place in its column. */
  readonly place: number;
}

interface LineageEdge {
  readonly from: LineageNode;
  readonly to: LineageNode;
}

export interface LineageDrawing {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  readonly receipts: number;
  readonly layers: number;
  readonly tallest: number;
}

/** Steps of a sealed run that hold it together, and say nothing of where values come from. */
const FRAME = new Set(['open', 'close']);

/** Receipts that can't be read are left out: the checks say so. */
export function drawLineage(zip: Uint8Array): LineageDrawing {
  const receipts: ReadReceipt[] = [];
  for (const [path, bytes] of filesIn(zip)) {
    if (!/^receipts\/.+\.json$/.test(path) && !/seal.*\.json$/.test(path)) continue;
    try {
      const receipt = readReceipt({ id: sha256Hex(bytes), index: 0, body: new TextDecoder().decode(bytes) });
      if (receipt.kind && Array.isArray(receipt.parents) && !FRAME.has(receipt.kind)) receipts.push(receipt);
    } catch {
      continue;
    }
  }
  return place(receipts);
}

function place(receipts: readonly ReadReceipt[]): LineageDrawing {
  const byId = new Map(receipts.map((receipt) => [receipt.id, receipt]));
  const layers = new Map<string, number>();
  const layerOf = (id: string, above: ReadonlySet<string> = new Set()): number => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    const parents = (byId.get(id)?.parents ?? []).filter(({ digest }) => byId.has(digest) && !above.has(digest));
    const layer =
      parents.length === 0 ? 0 : 1 + Math.max(...parents.map(({ digest }) => layerOf(digest, new Set([...above, id]))));
    layers.set(id, layer);
    return layer;
  };
  const last = Math.max(0, ...receipts.filter(({ kind }) => kind !== 'seal').map(({ id }) => layerOf(id)));
  const groups = new Map<string, { layer: number; receipts: ReadReceipt[] }>();
  const groupOf = new Map<string, string>();
  for (const receipt of receipts) {
    const layer = receipt.kind === 'seal' ? last + 1 : layerOf(receipt.id);
    const key = `${layer} ${headline(receipt)}`;
    groupOf.set(receipt.id, key);
    const group = groups.get(key);
    if (group) group.receipts.push(receipt);
    else groups.set(key, { layer, receipts: [receipt] });
  }
  const nodes = order(groups, groupOf);
  const edges = edgesOf(nodes, groupOf);
  const heights = [...nodes.values()].reduce<number[]>((counts, { layer }) => {
    counts[layer] = (counts[layer] ?? 0) + 1;
    return counts;
  }, []);
  return {
    nodes: [...nodes.values()],
    edges,
    receipts: receipts.length,
    layers: heights.length,
    tallest: Math.max(0, ...heights),
  };
}

type Groups = ReadonlyMap<string, { readonly layer: number; readonly receipts: readonly ReadReceipt[] }>;

/** Each column from the left, a node about as high as what it follows from: fewer lines cross. */
function order(groups: Groups, groupOf: ReadonlyMap<string, string>): Map<string, LineageNode> {
  const nodes = new Map<string, LineageNode>();
  const height = (receipts: readonly ReadReceipt[]): number => {
    const places = receipts.flatMap(({ parents }) =>
      parents.flatMap(({ digest }) => nodes.get(groupOf.get(digest) ?? '')?.place ?? []),
    );
    return places.length === 0 ? 0 : places.reduce((sum, place) => sum + place, 0) / places.length;
  };
  const layers = Math.max(0, ...[...groups.values()].map(({ layer }) => layer));
  for (let layer = 0; layer <= layers; layer++)
    [...groups]
      .filter(([, group]) => group.layer === layer)
      .map(([key, { receipts }]) => ({ key, receipts, at: height(receipts) }))
      .toSorted((a, b) => a.at - b.at)
      .forEach(({ key, receipts }, place) => {
        const [first] = receipts as readonly [ReadReceipt];
        const label = receipts.length > 1 ? `${receipts.length} × ${headline(first)}` : headline(first);
        nodes.set(key, { receipts, kind: first.kind, label, layer, place });
      });
  return nodes;
}

function edgesOf(nodes: ReadonlyMap<string, LineageNode>, groupOf: ReadonlyMap<string, string>): LineageEdge[] {
  const edges = new Map<string, LineageEdge>();
  const connect = (from: LineageNode | undefined, to: LineageNode): void => {
    if (from && from !== to) edges.set(`${from.layer} ${from.place} ${to.layer} ${to.place}`, { from, to });
  };
  for (const to of nodes.values())
    for (const { parents } of to.receipts)
      for (const { digest } of parents) connect(nodes.get(groupOf.get(digest) ?? ''), to);
  // The seal is about the whole run: it stands behind whatever nothing else follows from.
  const seal = [...nodes.values()].find(({ kind }) => kind === 'seal');
  const followed = new Set([...edges.values()].map(({ from }) => from));
  if (seal) for (const from of nodes.values()) if (!followed.has(from)) connect(from, seal);
  return [...edges.values()];
}
