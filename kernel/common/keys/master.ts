/** The master key for tags as its owner keeps it: a text of two lines, in a file that no kernel reads again. */
import { fromHex, toHex } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';

export const MASTER_BYTES = 32;
const HEAD = 'assay master key for tags';

export function formatMaster(master: Uint8Array): string {
  return `${HEAD}\n${toHex(master)}\n`;
}

/** @throws KEY_INVALID */
export function parseMaster(text: string): Uint8Array {
  const [head, hex, ...rest] = text.split('\n');
  const master = fromHex(hex ?? '');
  if (head === HEAD && master?.length === MASTER_BYTES && rest.join('') === '') return master;
  throw new AssayError('KEY_INVALID', 'This is no master key for tags as Assay writes it.');
}
