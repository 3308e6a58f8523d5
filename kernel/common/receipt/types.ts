import type { Digest } from '#common/data.ts';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'urn:assay:receipt:v1';

export const KINDS = [
  'dataset',
  'model',
  'run',
  'cell',
  'gate',
  'decision',
  'approval',
  'inference',
  'stimulation',
  'archive',
  'key',
  'hold',
  'open',
  'close',
  'seal',
  'reproduce',
] as const;
export type Kind = (typeof KINDS)[number];

/** What a parent is to its child, and the kinds that a parent in this role may have. The parent was always logged first. */
export const ROLES = {
  /** The sealed run that this belongs to. */
  open: ['open'],
  close: ['close'],
  /** A call that a cell, or a plugin's method, made. */
  call: ['run', 'dataset', 'model', 'inference', 'decision', 'gate', 'stimulation'],
  dataset: ['dataset'],
  model: ['model'],
  /** A cell whose value another cell read. */
  cell: ['cell'],
  gate: ['gate'],
  approval: ['approval'],
  /** What a re-run, an archive or a hold is about. */
  seal: ['seal'],
  /** What a key, an archive or a correction follows. */
  previous: KINDS,
} as const satisfies Record<string, readonly Kind[]>;
export type Role = keyof typeof ROLES;

/** What a caller says; the log adds org, seq, prev, time, signer and nonce. */
export interface ReceiptDraft {
  readonly kind: Kind;
  readonly stream: string;
  readonly subject: readonly Subject[];
  readonly parents: readonly Parent[];
  readonly materials: readonly { readonly name: string; readonly digest: Digest }[];
  readonly plugin: { readonly name: string; readonly version: string; readonly digest: Digest } | null;
  /** `plugin.method`, or null. */
  readonly method: string | null;
  /** Digest of the canonical value encoding (value.ts) of the input. */
  readonly params: Digest | null;
  /** Runtime, versions, seed: small JSON. */
  readonly env: Readonly<Record<string, string | number | boolean | null>>;
  /** Small JSON that describes the outcome: cell names and digests, counts, gate results. Bodies stay out: they are subjects. */
  readonly result: unknown;
  readonly comparators: readonly Comparator[];
}

export interface Parent {
  readonly digest: Digest;
  readonly role: Role;
}

export interface Subject {
  readonly name: string;
  readonly digest: { readonly sha256: Digest };
}

/**
 * How a re-run is compared with what was sealed; sealed before the run. `of` names a cell, an output or `*`, and what lies within:
 * `fit.importance.age`, `rows[*].x`. The most precise one counts; what none names is compared exactly.
 */
export type Comparator = { readonly of: string } & Comparison;

export type Comparison =
  /** The same bytes in the value encoding. That is canonical JSON where a value is JSON: key order and spelling of numbers can't differ. */
  | { readonly how: 'exact' }
  /** Numbers at most `absolute + relative × |sealed|` apart, or at most `ulps` steps of their type; all else is exact. */
  | { readonly how: 'numeric'; readonly absolute?: number; readonly relative?: number; readonly ulps?: number }
  /** Numbers that lie from `min` to `max`, both the sealed one and the one found; all else is exact. */
  | { readonly how: 'metric'; readonly min: number; readonly max: number }
  /** Not compared, and why not. */
  | { readonly how: 'ignored'; readonly reason: string };

export interface Predicate extends Omit<ReceiptDraft, 'subject'> {
  readonly org: string;
  /** Where the log's public key and name are found: the vkey name and key hash, `name+hhhhhhhh`. */
  readonly log: string;
  readonly seq: number;
  /** id of the receipt before it in the same stream; null for the first. */
  readonly prev: Digest | null;
  /** RFC 3339 UTC with milliseconds: a claim. */
  readonly time: string;
  readonly signer: string;
  /** 16 random bytes in hex. */
  readonly nonce: string;
}

export interface Statement {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly Subject[];
  readonly predicateType: typeof PREDICATE_TYPE;
  readonly predicate: Predicate;
}

/** A receipt in the log: `id` = SHA-256 of `body`, which is `Statement` in JCS; `index` its leaf. */
export interface LoggedReceipt {
  readonly id: Digest;
  readonly index: number;
  readonly body: string;
}
