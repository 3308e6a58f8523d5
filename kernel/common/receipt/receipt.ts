/** Receipts as bytes: a draft and its place in the log become the canonical text, and the text a statement that fits the schema. */
import { sha256Hex } from '#crypto';
import { canonicalize, parseCanonical, utf8Length, type Json } from '#common/canonical.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { checkStatement } from './schema.ts';
import { PREDICATE_TYPE, STATEMENT_TYPE, type Predicate, type ReceiptDraft, type Statement } from './types.ts';

export const MAX_RECEIPT_BYTES = 65_535;
/** Gates, models and data sets of one run that are judged against each other; cells that can be listed. */
export const MAX_KEPT = 50_000;
export const MAX_LONG_CELLS = 50_000;
const LIMITS = { maxDepth: 32, safeIntegers: true } as const;

export * from './types.ts';

/** What the log adds to a draft. */
export type ReceiptPlace = Omit<Predicate, keyof ReceiptDraft>;

/** @throws RECEIPT_INVALID: the draft breaks the schema or the body is longer than 65,535 bytes. */
export function buildReceipt(draft: ReceiptDraft, place: ReceiptPlace): { readonly id: Digest; readonly body: string } {
  const { subject, ...said } = draft;
  const predicate = { ...said, ...place };
  const statement = { _type: STATEMENT_TYPE, subject, predicateType: PREDICATE_TYPE, predicate };
  checkStatement(statement);
  let body: string;
  try {
    body = canonicalize(statement, LIMITS);
  } catch (cause) {
    throw invalid(cause);
  }
  // A UTF-16 unit takes at most three bytes.
  if (body.length * 3 > MAX_RECEIPT_BYTES && utf8Length(body) > MAX_RECEIPT_BYTES) {
    throw new AssayError(
      'RECEIPT_INVALID',
      `A receipt has at most ${MAX_RECEIPT_BYTES} bytes: keep bodies out and name them as subjects.`,
    );
  }
  return { id: sha256Hex(body), body };
}

/** @throws RECEIPT_INVALID: not canonical, a field missing, unknown or out of bounds, too long. */
export function parseReceipt(body: Uint8Array | string): Statement {
  let json: Json;
  try {
    json = parseCanonical(body, { ...LIMITS, maxBytes: MAX_RECEIPT_BYTES });
  } catch (cause) {
    throw invalid(cause);
  }
  checkStatement(json);
  return json;
}

function invalid(cause: unknown): unknown {
  if (!(cause instanceof AssayError)) return cause;
  return new AssayError(
    'RECEIPT_INVALID',
    cause.message,
    cause.where === undefined ? { cause } : { cause, where: cause.where },
  );
}
