/** A logged receipt, read. */
import type { Digest } from '#common/data.ts';
import { keyWords } from '#common/keys/words.ts';
import type { LoggedReceipt, Predicate, Statement, Subject } from '#common/receipt/types.ts';

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

/** What happened, in a few words: `shap.explain`, `data set wages`, `sealed: welcome`. */
export function headline({ kind, method, subject, materials, result }: ReadReceipt): string {
  if (kind === 'dataset') {
    const file = materials
      .map(({ name }) => /^datasets\/([a-z0-9_]+)\//.exec(name)?.[1])
      .find((name) => name !== undefined);
    return `data set ${file ?? subject[0]?.name ?? ''}`;
  }
  if (kind === 'cell') return `cell ${subject[0]?.name ?? ''}`;
  if (method !== null) return method;
  if (kind === 'key') return keyWords(result);
  const about = typeof result === 'object' && result !== null ? (result as Record<string, unknown>) : {};
  if (kind === 'archive' && typeof about['pack'] === 'string') return `audit pack, ${about['pack']}`;
  const name = about['title'] ?? about['notebook'];
  return typeof name === 'string' ? `${kind}: ${name}` : kind;
}
