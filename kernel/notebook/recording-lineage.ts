import { sha256Hex } from '#crypto';
import type { Digest } from '#common/data.ts';
import type { ReceiptRef } from '#common/protocol.ts';
import { parseReceipt, type Kind, type Parent, type Role } from '#common/receipt/receipt.ts';
import { isTableData } from '#common/data/table.ts';
import { encodeValue } from '#common/value/value.ts';

export interface CarriedValue {
  readonly title: string;
  readonly bytes: Uint8Array;
}

/** What is known of the calls so far: which receipt made a digest, and the values that passed. */
export interface Lineage {
  /** Notes the receipt's subjects. @returns it as a parent, in the role that its kind has */
  remember(receipt: ReceiptRef): Parent;
  /** Receipts of what an input names by digest: a model, an artifact. */
  mentioned(input: unknown): Parent[];
  /** Keeps a value's bytes for the bundle, unless they are too many. */
  carry(value: unknown, title: string): void;
  readonly carried: ReadonlyMap<Digest, CarriedValue>;
}

/** Bytes of one input or result, and of all, that a bundle carries. */
const LARGEST_VALUE = 16 * 2 ** 20;
const LARGEST_CARRIED = 256 * 2 ** 20;

/** How deep in an input a digest may stand. */
const DEPTH = 3;

const PARENT_ROLES: Partial<Record<Kind, Role>> = { dataset: 'dataset', model: 'model', gate: 'gate', cell: 'cell' };

export function createLineage(): Lineage {
  const made = new Map<Digest, Parent>();
  const carried = new Map<Digest, CarriedValue>();
  let carriedBytes = 0;
  return {
    carried,
    remember({ id, body }) {
      const { subject, predicate } = parseReceipt(body);
      const parent: Parent = { digest: id, role: PARENT_ROLES[predicate.kind] ?? 'call' };
      for (const { digest } of subject) made.set(digest.sha256, parent);
      return parent;
    },
    mentioned: (input) => mentioned(input, made, DEPTH),
    carry(value, title) {
      // Not even encoded: a table of millions would take seconds for nothing.
      if (isTableData(value) && value.rows * value.columns.length > LARGEST_VALUE / 4) return;
      const bytes = encodeValue(value);
      const digest = sha256Hex(bytes);
      if (carried.has(digest) || bytes.length > LARGEST_VALUE || carriedBytes + bytes.length > LARGEST_CARRIED) return;
      carried.set(digest, { title, bytes });
      carriedBytes += bytes.length;
    },
  };
}

/** Large arrays, tables and tensors are never walked. */
function mentioned(input: unknown, made: ReadonlyMap<Digest, Parent>, depth: number): Parent[] {
  if (typeof input === 'string') return made.has(input) ? [made.get(input)!] : [];
  if (
    depth === 0 ||
    typeof input !== 'object' ||
    input === null ||
    ArrayBuffer.isView(input) ||
    (Array.isArray(input) && input.length > 100)
  )
    return [];
  if ('$' in input) return [];
  return Object.values(input).flatMap((value) => mentioned(value, made, depth - 1));
}

export function unique(parents: readonly Parent[]): Parent[] {
  return [...new Map(parents.map((parent) => [parent.digest, parent])).values()];
}
