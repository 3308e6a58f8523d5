/**
 * Sealed runs larger than memory, for benches and tests: `node bench/lib/big-bundle.ts FILE --receipts N --artifacts N --megabytes N`. Written as
 * the kernel would write them, piece by piece; the same bytes each time.
 */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { crc32, createSha256, sha256Hex } from '#crypto';
import { attachedFiles, signAttached } from '../../kernel/common/bundle/attached.ts';
import { LONG } from '../../kernel/common/bundle/bundle.ts';
import {
  artifactPath,
  ATTACHED,
  isListed,
  LONG_RUN,
  manifestText,
  PATHS,
  PREVIEW,
  proofPath,
  receiptPath,
  rootDigest,
} from '../../kernel/common/bundle/layout.ts';
import { crateGraph, roCrate } from '../../kernel/common/bundle/crate.ts';
import { pageEntity } from '../../kernel/common/crate/files.ts';
import { cratePreview } from '../../kernel/common/crate/preview.ts';
import { concatBytes, toHex } from '../../kernel/common/bytes.ts';
import { canonicalize } from '../../kernel/common/canonical.ts';
import type { Digest } from '../../kernel/common/data.ts';
import { signEnvelope } from '../../kernel/common/signatures/dsse.ts';
import { MerkleTree } from '../../kernel/common/tlog/merkle.ts';
import { formatMultiproof, gapsBetween } from '../../kernel/common/tlog/multiproof.ts';
import { formatCheckpoint, formatVkey, keyName, noteSigner, signNote } from '../../kernel/common/tlog/note.ts';
import { formatProof, receiptEntry } from '../../kernel/common/tlog/proof.ts';
import { buildReceipt, type Kind, type LoggedReceipt, type ReceiptDraft } from '../../kernel/common/receipt/receipt.ts';
import { signManifest, toolFiles } from '../../kernel/common/signatures/for-tools.ts';
import { centralHeader, endRecord, localHeader } from '../../kernel/common/zip/zip.ts';

export interface Big {
  /** In all, `open` and `close` too; from 10,000 on in one file. */
  readonly receipts: number;
  readonly artifacts: number;
  /** Each of them. */
  readonly artifactBytes: number;
}

const signer = noteSigner('log.example/big', new Uint8Array(32).fill(9));
const name = keyName(signer);
const NOTEBOOK = '---\ntitle: Big\n---\n\n```ts id=a\nx = 1\n```\n';
const ENV = { assay: '0.1.0', node: '24.21.0', seed: 42 };
const STREAM = 'seal/big';
const PIECE = 2 ** 20;
const utf8 = new TextEncoder();
const digest = sha256Hex('some value');

/** What is told of a file before its bytes come. */
interface Part {
  readonly size: number;
  readonly crc: number;
  readonly digest: Digest;
  pieces(): Iterable<Uint8Array>;
}

function partOf(pieces: () => Iterable<Uint8Array>): Part {
  const hash = createSha256();
  let [size, crc] = [0, 0];
  for (const piece of pieces()) {
    hash.update(piece);
    crc = crc32(piece, crc);
    size += piece.length;
  }
  return { size, crc, digest: toHex(hash.digest()), pieces };
}

const small = (text: string | Uint8Array): Part => partOf(() => [typeof text === 'string' ? utf8.encode(text) : text]);

/** No two alike, and none that a compressor could shrink. */
function artifact(index: number, size: number): Part {
  return partOf(function* () {
    const piece = new Uint32Array(PIECE / 4);
    let state = index + 1;
    for (let i = 0; i < piece.length; i++) piece[i] = state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    for (let at = 0; at < size; at += PIECE) {
      piece[0] = at;
      yield new Uint8Array(piece.buffer, 0, Math.min(PIECE, size - at));
    }
  });
}

/** @returns the key to trust */
export function writeBigBundle(path: string, big: Big): string {
  const lines = `${path}.receipts`;
  const out = openSync(lines, 'w');
  const [tree, parts] = [new MerkleTree(), new Map<string, Part>()];
  const artifacts = Array.from({ length: big.artifacts }, (_, index) => artifact(index, big.artifactBytes));
  for (const part of artifacts) parts.set(artifactPath(part.digest), part);
  const value = sha256Hex('no value is carried');
  const cells = [{ id: 'a', digest: value }];
  const root = rootDigest(cells);
  const long = big.receipts >= LONG.receipts;
  const ids: Digest[] = [];
  const ends: LoggedReceipt[] = [];
  let [before, open, buffered]: [Digest | null, Digest, Uint8Array[]] = [null, '', []];
  const append = (kind: Kind, said: Partial<ReceiptDraft>): string => {
    const seq = tree.size;
    const time = new Date(Date.UTC(2026, 10, 10) + seq).toISOString();
    const place = {
      org: 'big',
      log: name,
      seq,
      prev: before,
      signer: name,
      time,
      nonce: seq.toString(16).padStart(32, '0'),
    };
    const { id, body } = buildReceipt({ ...DRAFT, ...said, kind }, place);
    tree.append(receiptEntry(id));
    before = id;
    if (!long) ids.push(id);
    return body;
  };
  const flush = (): void => {
    writeSync(out, concatBytes(buffered));
    buffered = [];
  };
  for (let seq = 0; seq < big.receipts; seq++) {
    const opened = [{ digest: open, role: 'open' } as const];
    const made = artifacts[seq - 1]?.digest ?? digest;
    const body =
      seq === 0
        ? append('open', {
            subject: [{ name: PATHS.notebook, digest: { sha256: sha256Hex(NOTEBOOK) } }],
            env: ENV,
            result: { title: 'Big' },
          })
        : seq === big.receipts - 1
          ? append('close', { parents: opened, result: { count: big.receipts, outcome: 'done', root } })
          : seq === big.receipts - 2
            ? append('cell', { parents: opened, subject: [{ name: 'a', digest: { sha256: value } }] })
            : append('run', {
                ...CALL,
                parents: [...opened, ...(seq === 1 ? [] : [{ digest: before!, role: 'call' } as const])],
                subject: [{ name: 'result', digest: { sha256: made } }],
              });
    if (seq === 0) open = before!;
    if (seq === 0 || seq === big.receipts - 1) ends.push({ id: before!, index: seq, body });
    if (long) buffered.push(utf8.encode(`${body}\n`));
    else
      parts.set(
        receiptPath(
          seq,
          seq === 0 ? 'open' : seq === big.receipts - 1 ? 'close' : seq === big.receipts - 2 ? 'cell' : 'run',
        ),
        small(body),
      );
    if (buffered.length === 1000) flush();
  }
  flush();
  closeSync(out);
  if (long)
    parts.set(
      LONG_RUN.receipts,
      partOf(() => piecesOf(lines)),
    );
  const close = before!;
  parts.set(PATHS.notebook, small(NOTEBOOK));
  parts.set(PATHS.env, small(canonicalize(ENV)));
  parts.set(PATHS.comparators, small('[]'));
  parts.set(PATHS.cells, small(canonicalize({ cells, root })));
  parts.set(PATHS.readme, small('A bundle for measuring.\n'));
  const described = {
    org: 'big',
    stream: STREAM,
    root,
    cells,
    env: ENV,
    comparators: [],
    data: [],
    notebook: { name: 'big', title: 'Big', source: NOTEBOOK },
    artifacts: artifacts.map((one) => ({ digest: one.digest, bytes: new Uint8Array(0) })),
    receipts: ends,
  };
  const packed = new Map(parts);
  const graph = crateGraph(described, packed);
  parts.set(PREVIEW, small(cratePreview(described, packed, graph)));
  parts.set(PATHS.crate, small(roCrate(graph, pageEntity(parts.get(PREVIEW)!))));
  const listed = [...parts].filter(([file]) => isListed(file)).map(([file, part]) => [file, part.digest] as const);
  const manifest = manifestText(new Map(listed));
  parts.set(PATHS.manifest, small(manifest));
  const seal = append('seal', {
    subject: [{ name: PATHS.manifest, digest: { sha256: sha256Hex(manifest) } }],
    parents: [
      { digest: close, role: 'close' },
      { digest: open, role: 'open' },
    ],
    result: { root },
  });
  const checkpoint = signNote(formatCheckpoint({ origin: signer.name, size: BigInt(tree.size), root: tree.root() }), [
    signer,
  ]);
  parts.set(PATHS.seal, small(seal));
  const dsse = signEnvelope(seal, signer);
  parts.set(PATHS.dsse, small(dsse));
  for (const [file, text] of toolFiles(signer, dsse, signManifest(before!, utf8.encode(manifest), signer)))
    parts.set(file, small(text));
  parts.set(PATHS.checkpoint, small(checkpoint));
  parts.set(ATTACHED, small(signAttached(before!, attachedFiles(checkpoint), signer)));
  parts.set(PATHS.vkey, small(`${formatVkey(signer)}\n`));
  const prove = (id: Digest, index: number): void =>
    void parts.set(
      proofPath(id),
      small(formatProof({ index: BigInt(index), hashes: tree.inclusionProof(index), checkpoint })),
    );
  prove(before!, big.receipts);
  if (long) {
    const ranges = [{ start: 0, end: big.receipts }];
    const hashes = concatBytes([...gapsBetween(ranges, tree.size)].map(({ start, end }) => tree.subtree(start, end)));
    parts.set(LONG_RUN.proof, small(formatMultiproof({ ranges, hashes, checkpoint })));
  } else for (const [index, id] of ids.slice(0, big.receipts).entries()) prove(id, index);
  zipTo(path, parts);
  rmSync(lines);
  return formatVkey(signer);
}

const DRAFT: Omit<ReceiptDraft, 'kind'> = { stream: STREAM, subject: [], parents: [], materials: [], plugin: null, method: null, params: null, env: {}, result: null, comparators: [] }; // prettier-ignore
const CALL: Partial<ReceiptDraft> = { plugin: { name: 'shap', version: '1.0.0', digest }, method: 'shap.explain', params: digest, materials: [{ name: 'wages', digest }], env: ENV, result: { rows: 534, ms: 12.25, note: 'exact' } }; // prettier-ignore

function* piecesOf(file: string): Generator<Uint8Array> {
  const [from, buffer] = [openSync(file, 'r'), new Uint8Array(PIECE)];
  try {
    for (let read = readSync(from, buffer); read > 0; read = readSync(from, buffer)) yield buffer.subarray(0, read);
  } finally {
    closeSync(from);
  }
}

function zipTo(path: string, parts: ReadonlyMap<string, Part>): void {
  const out = openSync(path, 'w');
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const file of [...parts.keys()].toSorted()) {
    const { size, crc, pieces } = parts.get(file)!;
    const local = localHeader(file, { method: 0, crc, size, packed: size });
    writeSync(out, local);
    for (const piece of pieces()) writeSync(out, piece);
    directory.push(centralHeader(local, at));
    at += local.length + size;
  }
  const central = concatBytes(directory);
  writeSync(out, concatBytes([central, endRecord(directory.length, central.length, at)]));
  closeSync(out);
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      receipts: { type: 'string', default: '20' },
      artifacts: { type: 'string', default: '0' },
      megabytes: { type: 'string', default: '1' },
    },
  });
  const [receipts, artifacts, megabytes] = [values.receipts, values.artifacts, values.megabytes].map(Number) as [number, number, number]; // prettier-ignore
  console.log(writeBigBundle(positionals[0]!, { receipts, artifacts, artifactBytes: megabytes * PIECE }));
}
