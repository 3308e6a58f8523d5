import { isDigest } from './bytes.ts';
import type { Digest } from './data.ts';

/** What may stand in an input for bytes that lie elsewhere. */
export type Reference = { readonly file: string } | { readonly digest: Digest } | { readonly dataset: string };

/** `{file}`, `{digest}`, `{dataset}`, or a string: a digest, the name of a data set, or a path. null for anything else. */
export function referenceOf(value: unknown): Reference | null {
  if (typeof value === 'string') {
    if (isDigest(value)) return { digest: value };
    return /^[a-z][a-z0-9_]*$/.test(value) ? { dataset: value } : { file: value };
  }
  if (!isRecord(value) || Object.keys(value).length !== 1) return null;
  if (typeof value['file'] === 'string') return { file: value['file'] };
  if (typeof value['dataset'] === 'string') return { dataset: value['dataset'] };
  return isDigest(value['digest']) ? { digest: value['digest'] } : null;
}

/** An object that is no array; listing the keys of a typed array would take longer than anything else in a call. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** File endings and the formats that the plugin `datasets` knows them by. */
const FORMATS: Readonly<Record<string, string>> = {
  csv: 'csv',
  tsv: 'tsv',
  txt: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
  pq: 'parquet',
  arrow: 'arrow',
  feather: 'arrow',
  ipc: 'arrow',
};

/** A table's format by the ending of its file's name, or by its bytes, for an artifact has no name; null when neither says. */
export function tableFormat(bytes: Uint8Array, file: string | null): string | null {
  const ending = /\.([a-z0-9]+)$/i.exec(file ?? '')?.[1]?.toLowerCase() ?? '';
  if (Object.hasOwn(FORMATS, ending)) return FORMATS[ending]!;
  const head = String.fromCharCode(...bytes.subarray(0, 4096));
  if (head.startsWith('PAR1')) return 'parquet';
  if (head.startsWith('ARROW1') || head.startsWith('\xff\xff\xff\xff')) return 'arrow';
  const line = head.slice(0, head.search(/\r?\n|$/));
  if (/^\s*\[/.test(head)) return 'json';
  if (/^\s*\{/.test(head)) return /^\{.*\}\s*$/.test(line) && line.length < bytes.length - 2 ? 'ndjson' : 'json';
  // oxlint-disable-next-line no-control-regex
  if (/[\x00-\x08\x0e-\x1f]/.test(head)) return null;
  return line.includes('\t') && !line.includes(',') ? 'tsv' : 'csv';
}
