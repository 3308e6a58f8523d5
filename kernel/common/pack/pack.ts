/** Laying out an audit pack: all but the receipts themselves, which may be more than fit in memory. */
import { sha256Hex } from '#crypto';
import { ancestorPath, manifestText, PACK_PATHS } from '#common/bundle/layout.ts';
import { proofFiles } from '#common/bundle/bundle.ts';
import type { BundleProof } from '#common/bundle/types.ts';
import { toBase64 } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { packFiles, type PackedFile } from './files.ts';
import type { PackAnnouncement } from './incidents.ts';
import { formatPeriod, type PackPeriod, type Period } from './period.ts';
import type { PackSummary } from './summary.ts';
import { parseReceipt, type LoggedReceipt, type ReceiptDraft } from '#common/receipt/receipt.ts';
import type { Receipt } from '#common/verify/receipts.ts';

const utf8 = new TextEncoder();

export interface PreparedPack {
  /** Without receipts/log.jsonl. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly manifest: Uint8Array;
  readonly manifestDigest: Digest;
  readonly outside: readonly Digest[];
}

/** As the checks see a receipt from outside of the stretch. */
export function outsideReceipt({ id, body }: LoggedReceipt): Receipt {
  return { ...parseReceipt(body), id, path: ancestorPath(id) };
}

/** `outside`: what receipts of the stretch follow from, and the announcement unless it is in the stretch. */
export function preparePack(
  period: PackPeriod,
  summary: PackSummary,
  outside: readonly LoggedReceipt[],
  receipts: PackedFile,
): PreparedPack {
  const files = new Map<string, Uint8Array>([[PACK_PATHS.period, utf8.encode(formatPeriod(period))]]);
  for (const { id, body } of outside) files.set(ancestorPath(id), utf8.encode(body));
  const packed = (path: string): PackedFile => {
    const bytes = files.get(path);
    return bytes === undefined ? receipts : { digest: sha256Hex(bytes), bytes: bytes.length };
  };
  const texts = packFiles(period, summary, outside.map(outsideReceipt), packed);
  for (const [path, text] of texts) files.set(path, utf8.encode(text));
  const digests = new Map([...files.keys(), PACK_PATHS.receipts].map((path) => [path, packed(path).digest]));
  const manifest = utf8.encode(manifestText(digests));
  return { files, manifest, manifestDigest: sha256Hex(manifest), outside: outside.map(({ id }) => id) };
}

/** All files but receipts/log.jsonl. `range`: the consistency proof from the stretch's end to the checkpoint. */
export function finishPack(
  { files, manifest, outside }: PreparedPack,
  proof: BundleProof & { readonly range: readonly Uint8Array[]; readonly stop: number },
): Map<string, Uint8Array> {
  const hashes = proof.range.map((hash) => `${toBase64(hash)}\n`).join('');
  return new Map([
    ...files,
    [PACK_PATHS.manifest, manifest],
    [PACK_PATHS.range, utf8.encode(`old ${proof.stop}\n${hashes}\n${proof.checkpoint}`)],
    ...proofFiles(outside, proof),
  ]);
}

type Drafted = Pick<ReceiptDraft, 'kind' | 'subject' | 'parents' | 'result'>;

/** The first of a pack's two receipts: what was asked for is on record before anything is chosen. */
export function announcePack({ from, to }: Period): Drafted {
  const result: PackAnnouncement = { pack: 'announced', from, to };
  return { kind: 'archive', subject: [], parents: [], result };
}

export function sealPack({ manifestDigest }: PreparedPack, period: PackPeriod): Drafted {
  const { from, to, first, end, announced } = period;
  return {
    kind: 'archive',
    subject: [{ name: PACK_PATHS.manifest, digest: { sha256: manifestDigest } }],
    parents: [{ digest: announced, role: 'previous' }],
    result: { pack: 'sealed', from, to, first, end, period: sha256Hex(formatPeriod(period)) },
  };
}
