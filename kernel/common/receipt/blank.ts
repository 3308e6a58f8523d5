import type { ReceiptDraft } from './types.ts';

/** What a receipt says when there is nothing to say: the rest of it is `kind` and `stream`. */
export const BLANK: Omit<ReceiptDraft, 'kind' | 'stream'> = {
  subject: [],
  parents: [],
  materials: [],
  plugin: null,
  method: null,
  params: null,
  env: {},
  result: null,
  comparators: [],
};
