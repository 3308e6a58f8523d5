/** Receipts of a bundle as a drawing: every receipt below what it follows from. */
import { readZip } from '#common/zip.ts';
import { sha256Hex } from '#crypto';
import { headline, type ReadReceipt, readReceipt } from '../../parts/receipt.ts';

export interface LineageNode {
  readonly receipt: ReadReceipt;
  readonly label: string;
  /** Column: 0 follows from nothing. */
  readonly layer: number;
  /** Place in its column. */
  readonly place: number;
}

interface LineageEdge {
  readonly from: LineageNode;
  readonly to: LineageNode;
  readonly role: string;
}

export interface LineageDrawing {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  readonly layers: number;
  readonly tallest: number;
}

/** Steps of a sealed run that hold it together, and say nothing of where values come from. */
const FRAME = new Set(['open', 'close']);

/** Receipts that can't be read are left out: the checks say so. */
export function drawLineage(zip: Uint8Array): LineageDrawing {
  const receipts: ReadReceipt[] = [];
  for (const [path, bytes] of readZip(zip, { onFault: () => undefined })) {
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
  const heights: number[] = [];
  const nodes = new Map<string, LineageNode>();
  const last = Math.max(0, ...receipts.filter(({ kind }) => kind !== 'seal').map(({ id }) => layerOf(id)));
  for (const receipt of receipts) {
    const layer = receipt.kind === 'seal' ? last + 1 : layerOf(receipt.id);
    const at = heights[layer] ?? 0;
    heights[layer] = at + 1;
    nodes.set(receipt.id, { receipt, label: headline(receipt), layer, place: at });
  }
  const edges = [...nodes.values()].flatMap((to) =>
    to.receipt.parents.flatMap(({ digest, role }): LineageEdge[] => {
      const from = nodes.get(digest);
      return from ? [{ from, to, role }] : [];
    }),
  );
  // The seal is about the whole run: it stands behind whatever nothing else follows from.
  const seal = [...nodes.values()].find(({ receipt }) => receipt.kind === 'seal');
  const followed = new Set(edges.map(({ from }) => from));
  if (seal)
    for (const from of nodes.values())
      if (from !== seal && !followed.has(from)) edges.push({ from, to: seal, role: 'sealed' });
  return { nodes: [...nodes.values()], edges, layers: heights.length, tallest: Math.max(0, ...heights) };
}
