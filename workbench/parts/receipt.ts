/** A logged receipt, read. */
import type { Digest } from '#common/data.ts';
import type { LoggedReceipt, Predicate, Statement, Subject } from '#common/receipt-types.ts';

export interface ReadReceipt extends Predicate {
  readonly id: Digest;
  readonly index: number;
  readonly subject: readonly Subject[];
}

/** The body's form was checked by whoever logged it; its id is checked when it comes in. */
export function readReceipt({ id, index, body }: LoggedReceipt): ReadReceipt {
  const { predicate, subject } = JSON.parse(body) as Statement;
  return { ...predicate, id, index, subject };
}

/** What happened, in a few words: `shap.explain`, `data set wages`, `sealed`. */
export function headline({ kind, method, subject, result }: ReadReceipt): string {
  if (kind === 'cell' || kind === 'dataset' || kind === 'model') return `${kind === 'dataset' ? 'data set' : kind} ${method && kind !== 'dataset' ? `by ${method}` : (subject[0]?.name ?? '')}`;
  if (method !== null) return method;
  const title = typeof result === 'object' && result !== null && 'title' in result ? String(result.title) : '';
  return title ? `${kind}: ${title}` : kind;
}
