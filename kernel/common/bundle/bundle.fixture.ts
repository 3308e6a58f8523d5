/** For tests: a log in memory, and a small sealed run to break. */
import { BLANK } from '#common/receipt/blank.ts';
import { ed25519, sha256Hex } from '#crypto';
import { finishBundle, prepareBundle, type BundleParts } from './bundle.ts';
import { attachedFiles, signAttached } from './attached.ts';
import { ATTACHED, PATHS, rootDigest } from './layout.ts';
import { concatBytes } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { signEnvelope } from '#common/signatures/dsse.ts';
import { KEY_STREAM, signKeyEvent, type KeyEvent } from '#common/keys/keys.ts';
import { MerkleTree } from '#common/tlog/merkle.ts';
import { formatMultiproof, gapsBetween, rangesOf } from '#common/tlog/multiproof.ts';
import { formatCheckpoint, formatVkey, keyName, noteSigner, signNote, type NoteSigner } from '#common/tlog/note.ts';
import { formatProof, receiptEntry } from '#common/tlog/proof.ts';
import { buildReceipt, type LoggedReceipt, type ReceiptDraft } from '#common/receipt/receipt.ts';
import { signManifest, type ToolSignatures } from '#common/signatures/for-tools.ts';
import { encodeValue } from '#common/value/value.ts';

/** The same key in every test, so that bundles are the same too. */
export const signer: NoteSigner = noteSigner('log.example/test', new Uint8Array(32).fill(7));
export const stranger: NoteSigner = noteSigner('log.example/test', ed25519.generate().secretKey);

export class MemoryLog {
  readonly tree = new MerkleTree();
  readonly receipts: LoggedReceipt[] = [];
  /** Receipts about keys, and the key that signs seals now. */
  readonly keys: LoggedReceipt[] = [];
  sealer: NoteSigner;
  private readonly heads = new Map<string, { seq: number; id: Digest }>();
  private readonly key: NoteSigner;
  private readonly org: string;

  /** What the log's clock says at its n-th receipt. */
  private readonly clock: (n: number) => string;

  constructor(key: NoteSigner = signer, org = 'test', clock: (n: number) => string = timeOf) {
    this.key = key;
    this.sealer = key;
    this.org = org;
    this.clock = clock;
  }

  /** A receipt about keys that says `event`, signed by these and logged in the name of `by`; `next` signs from then on. */
  event(
    event: Omit<KeyEvent, 'at' | 'digest'> & Partial<KeyEvent>,
    signers: readonly NoteSigner[],
    next?: NoteSigner,
    by = signers[0],
  ): LoggedReceipt {
    const result = signKeyEvent(keyName(this.key), { at: this.tree.size, digest: null, ...event }, signers);
    const receipt = this.append({ kind: 'key', stream: KEY_STREAM, result }, by);
    this.keys.push(receipt);
    this.sealer = next ?? this.sealer;
    return receipt;
  }

  /** As an honest kernel does it. */
  rotate(next: NoteSigner, reason: string | null = null): LoggedReceipt {
    const event = this.sealer === this.key ? 'create' : 'rotate';
    return this.event({ event, ends: keyName(this.sealer), key: formatVkey(next), reason }, [this.sealer, next], next);
  }

  revoke(ended: NoteSigner, reason: string | null, next?: NoteSigner): LoggedReceipt {
    const event = {
      event: 'revoke',
      ends: keyName(ended),
      key: next === undefined ? null : formatVkey(next),
      reason,
    } as const;
    return this.event(event, next === undefined ? [this.key] : [this.key, next], next);
  }

  append(
    given: Partial<ReceiptDraft> & Pick<ReceiptDraft, 'kind' | 'stream'>,
    by: NoteSigner = this.sealer,
  ): LoggedReceipt {
    const head = this.heads.get(given.stream);
    const seq = head === undefined ? 0 : head.seq + 1;
    const place = {
      org: this.org,
      log: keyName(this.key),
      seq,
      prev: head?.id ?? null,
      signer: keyName(by),
      time: this.clock(this.tree.size),
      nonce: nonceOf(this.tree.size),
    };
    const receipt = { ...buildReceipt({ ...BLANK, ...given }, place), index: this.tree.size };
    this.heads.set(given.stream, { seq, id: receipt.id });
    this.tree.append(receiptEntry(receipt.id));
    this.receipts.push(receipt);
    return receipt;
  }

  checkpoint(): string {
    return signNote(formatCheckpoint({ origin: this.key.name, size: BigInt(this.tree.size), root: this.tree.root() }), [
      this.key,
    ]);
  }

  proof({ index }: LoggedReceipt): string {
    return formatProof({
      index: BigInt(index),
      hashes: this.tree.inclusionProof(index),
      checkpoint: this.checkpoint(),
    });
  }

  multiproof(receipts: readonly LoggedReceipt[]): string {
    const ranges = rangesOf(receipts.map(({ index }) => index));
    const gaps = [...gapsBetween(ranges, this.tree.size)];
    const hashes = concatBytes(gaps.map(({ start, end }) => this.tree.subtree(start, end)));
    return formatMultiproof({ ranges, hashes, checkpoint: this.checkpoint() });
  }

  get vkey(): string {
    return formatVkey(this.key);
  }

  dsse({ body }: LoggedReceipt): string {
    return signEnvelope(body, this.key);
  }

  signAttached({ id }: LoggedReceipt): string {
    return signAttached(id, attachedFiles(this.checkpoint()), this.key);
  }

  signForTools({ id }: LoggedReceipt, manifest: Uint8Array): ToolSignatures {
    return signManifest(id, manifest, this.key);
  }
}

/** The same with a note by `signer` about what is attached now, as if the log had attached it: in place. */
export function attachAnew(files: Map<string, Uint8Array>): void {
  files.set(ATTACHED, utf8.encode(signAttached(sha256Hex(files.get(PATHS.seal)!), files, signer)));
}

const timeOf = (n: number): string => new Date(Date.UTC(2026, 10, 10) + n * 1000).toISOString();
const nonceOf = (n: number): string => n.toString(16).padStart(32, '0');

const utf8 = new TextEncoder();
const NOTEBOOK = '---\ntitle: Two cells\n---\n\n```ts id=a\nx = 1\n```\n';
const COMPARATORS = [{ of: '*', how: 'exact' }] as const;
const ENV = { assay: '0.1.0', node: '24.21.0', seed: 1 };

/** What a test may change about the run, to seal something that should not verify. */
export interface Twist {
  readonly log?: MemoryLog;
  readonly open?: Partial<ReceiptDraft>;
  readonly cell?: Partial<ReceiptDraft>;
  readonly second?: Partial<ReceiptDraft>;
  readonly close?: Partial<ReceiptDraft>;
  readonly seal?: (manifest: Digest) => Partial<ReceiptDraft>;
  /** Before the seal is logged, or behind it. */
  readonly before?: (log: MemoryLog) => void;
  readonly behind?: (log: MemoryLog) => void;
  /** Whose signature the envelope gets, and which receipts about keys the bundle carries. */
  readonly sealer?: NoteSigner;
  readonly keys?: (all: readonly LoggedReceipt[]) => readonly LoggedReceipt[];
  /** Leaves receipts out of the bundle, or adds some. */
  readonly receipts?: (all: readonly LoggedReceipt[]) => readonly LoggedReceipt[];
  /** Changes the files before their manifest is made. */
  readonly parts?: (parts: BundleParts) => BundleParts;
  /** The run's receipts in one file. */
  readonly long?: boolean;
}

const subject = (name: string, bytes: Uint8Array | string): ReceiptDraft['subject'][number] => ({
  name,
  digest: { sha256: sha256Hex(bytes) },
});

/** open, data set, model call, two cells, close, seal: with one ancestor in the organisation's own stream. */
export function sealedRun(twist: Twist = {}): {
  readonly zip: Uint8Array<ArrayBuffer>;
  readonly root: Digest;
  readonly log: MemoryLog;
} {
  const log = twist.log ?? new MemoryLog();
  const stream = 'run-1';
  const csv = utf8.encode('wage,sex\n5.1,male\n4.95,female\n');
  const model = utf8.encode('a model');
  const plugin = { name: 'models', version: '1.0.0', digest: sha256Hex('plugin') };
  const values = [encodeValue({ x: Float64Array.of(1, 2, 3) }), encodeValue({ y: 'two' })] as const;
  const cells = values.map((value, index) => ({ id: 'ab'[index]!, digest: sha256Hex(value), value }));
  const root = rootDigest(cells);

  const dataset = log.append({ kind: 'dataset', stream: 'org', subject: [subject('wages', csv)] });
  log.append({ kind: 'run', stream: 'other' });
  const open = log.append({
    kind: 'open',
    stream,
    subject: [subject('notebook.md', NOTEBOOK)],
    env: ENV,
    comparators: COMPARATORS,
    result: { title: 'Two cells' },
    ...twist.open,
  });
  const opened = { digest: open.id, role: 'open' } as const;
  const params = encodeValue({ target: 'wage' });
  const call = log.append({
    kind: 'model',
    stream,
    plugin,
    method: 'models.train',
    params: sha256Hex(params),
    subject: [subject('model', model)],
    parents: [opened, { digest: dataset.id, role: 'dataset' }],
  });
  const first = log.append({
    kind: 'cell',
    stream,
    subject: [subject('a', values[0])],
    parents: [opened, { digest: call.id, role: 'model' }],
    ...twist.cell,
  });
  const second = log.append({
    kind: 'cell',
    stream,
    subject: [subject('b', values[1])],
    parents: [opened, { digest: first.id, role: 'cell' }],
    ...twist.second,
  });
  const close = log.append({
    kind: 'close',
    stream,
    parents: [opened],
    result: { count: 5, outcome: 'done', root },
    ...twist.close,
  });
  const all = [open, call, first, second, close, dataset];

  const parts: BundleParts = {
    org: 'test',
    stream,
    notebook: { name: 'two', title: 'Two cells', source: NOTEBOOK },
    root,
    cells,
    data: [{ name: 'wages.csv', bytes: csv }],
    artifacts: [
      { digest: sha256Hex(model), bytes: model, title: 'model' },
      { digest: sha256Hex(params), bytes: params, title: 'params' },
    ],
    env: ENV,
    comparators: COMPARATORS,
    receipts: twist.receipts?.(all) ?? all,
  };
  const prepared = prepareBundle(twist.parts?.(parts) ?? parts, twist.long === true ? 0 : undefined);
  twist.before?.(log);
  const seal = log.append({
    kind: 'seal',
    stream,
    subject: [{ name: 'manifest-sha256.txt', digest: { sha256: prepared.manifestDigest } }],
    parents: [{ digest: close.id, role: 'close' }, opened],
    result: { root },
    comparators: COMPARATORS,
    ...twist.seal?.(prepared.manifestDigest),
  });
  const signing = log.sealer;
  twist.behind?.(log);
  const keys = twist.keys?.(log.keys) ?? log.keys;
  const signs = twist.sealer ?? signing;
  const proofs = new Map([...prepared.receipts, ...keys, seal].map((receipt) => [receipt.id, log.proof(receipt)]));
  const zip = finishBundle(prepared, {
    seal,
    dsse: signEnvelope(seal.body, signs),
    checkpoint: log.checkpoint(),
    vkey: log.vkey,
    tools: log.signForTools(seal, prepared.manifest),
    attached: log.signAttached(seal),
    keys: { receipts: keys, signer: formatVkey(signs) === log.vkey ? null : formatVkey(signs) },
    proofs,
    ...(prepared.together.length === 0 ? {} : { multiproof: log.multiproof(prepared.together) }),
  });
  return { zip, root, log };
}
