/**
 * A forger's workshop. After something in a bundle was changed, `adapt` makes the rest fit it, as far up as the forger can: the
 * manifest; or names, digests, receipt ids, tree and proofs as well; or all of it with a key of his own, or with the log's own key, as
 * a dishonest organisation would. Text is replaced, never parsed, so that whatever was broken stays broken.
 */
import { Buffer } from 'node:buffer';
import { sha256Hex } from '#crypto';
import { signer as logKey } from '#common/bundle/bundle.fixture.ts';
import { signAttached } from '#common/bundle/attached.ts';
import {
  ancestorPath,
  ATTACHED,
  isListed,
  manifestText,
  PATHS,
  PREVIEW,
  proofPath,
  rootDigest,
} from '#common/bundle/layout.ts';
import { pathUri } from '#common/crate/terms.ts';
import { signEnvelope } from '#common/signatures/dsse.ts';
import { MerkleTree } from '#common/tlog/merkle.ts';
import {
  formatCheckpoint,
  formatVkey,
  keyName,
  noteSigner,
  parseVkey,
  signNote,
  type NoteSigner,
} from '#common/tlog/note.ts';
import { signManifest, toolFiles } from '#common/signatures/for-tools.ts';
import { formatProof, parseProof, receiptEntry } from '#common/tlog/proof.ts';

export type Files = Map<string, Uint8Array>;
export const REACHES = ['nothing', 'manifest', 'unsigned', 'own-key', 'log-key'] as const;
export type Reach = (typeof REACHES)[number];

/** The forger's key, under the log's name. */
export const forgerKey = (name: string): NoteSigner => noteSigner(name, new Uint8Array(32).fill(66));

const latin1 = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('latin1');
const raw = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
export const textIn = (files: ReadonlyMap<string, Uint8Array>, path: string): string =>
  Buffer.from(files.get(path) ?? []).toString('utf8');

const isReceipt = (path: string): boolean => path.startsWith('receipts/');
const isNamedByDigest = (path: string): boolean => /^(?:artifacts|outputs)\/[0-9a-f]{64}/.test(path);

/** `files` are changed in place; `before` is the honest bundle. */
export function adapt(before: ReadonlyMap<string, Uint8Array>, files: Files, reach: Reach): void {
  if (reach === 'nothing') return;
  if (reach === 'manifest') return relist(files);
  new Forgery(before, files).run(reach);
}

class Forgery {
  private readonly before: ReadonlyMap<string, Uint8Array>;
  private readonly files: Files;
  /** Old text to new: digests, ids, the key's name. */
  private readonly renamed = new Map<string, string>();

  constructor(before: ReadonlyMap<string, Uint8Array>, files: Files) {
    this.before = before;
    this.files = files;
  }

  run(reach: Exclude<Reach, 'nothing' | 'manifest'>): void {
    const { files, before } = this;
    const key = parseVkey(textIn(before, PATHS.vkey).trim());
    const signer = reach === 'own-key' ? forgerKey(key.name) : reach === 'log-key' ? logKey : undefined;
    if (signer !== undefined && reach === 'own-key') {
      this.renamed.set(keyName(key), keyName(signer));
      if (latin1(files.get(PATHS.vkey)) === latin1(before.get(PATHS.vkey)))
        files.set(PATHS.vkey, raw(`${formatVkey(signer)}\n`));
    }
    this.contents();
    this.cells();
    const order = this.receipts();
    this.describe();
    relist(files);
    this.note(before.get(PATHS.manifest), files.get(PATHS.manifest));
    this.rewrite(PATHS.seal);
    this.proofs([...order, PATHS.seal], signer);
    if (signer !== undefined) {
      this.tools(signer);
      this.attach(signer);
    }
  }

  private tools(signer: NoteSigner): void {
    const seal = this.files.get(PATHS.seal);
    const manifest = this.files.get(PATHS.manifest);
    if (seal === undefined || manifest === undefined) return;
    try {
      const signed = signManifest(sha256Hex(seal), manifest, signer);
      for (const [path, text] of toolFiles(signer, textIn(this.files, PATHS.dsse), signed))
        if (latin1(this.files.get(path)) === latin1(this.before.get(path))) this.files.set(path, raw(text));
    } catch {
      // The envelope is what was broken.
    }
  }

  private attach(signer: NoteSigner): void {
    const { files, before } = this;
    const seal = files.get(PATHS.seal);
    if (seal === undefined || latin1(files.get(ATTACHED)) !== latin1(before.get(ATTACHED))) return;
    files.set(ATTACHED, raw(Buffer.from(signAttached(sha256Hex(seal), files, signer)).toString('latin1')));
  }

  private note(before: Uint8Array | undefined, after: Uint8Array | undefined): void {
    if (before === undefined || after === undefined) return;
    const [old, now] = [sha256Hex(before), sha256Hex(after)];
    if (old !== now) this.renamed.set(old, now);
  }

  private rewrite(path: string): void {
    const bytes = this.files.get(path);
    if (bytes === undefined) return;
    const text = latin1(bytes);
    const changed = text.replaceAll(/[0-9a-f]{64}/g, (digest) => this.renamed.get(digest) ?? digest);
    const named = [...this.renamed].filter(([old]) => old.includes('+'));
    this.files.set(path, raw(named.reduce((said, [old, now]) => said.replaceAll(old, now), changed)));
  }

  private contents(): void {
    const paths = [...this.files.keys()];
    for (const path of paths) {
      const bytes = this.files.get(path)!;
      if (isReceipt(path) || path.startsWith('proof/')) continue;
      this.note(this.before.get(path), bytes);
      if (!isNamedByDigest(path) || !this.before.has(path)) continue;
      this.files.delete(path);
      this.files.set(
        path.replace(/[0-9a-f]{64}/, (digest) => this.renamed.get(digest) ?? digest),
        bytes,
      );
    }
  }

  private cells(): void {
    const old = JSON.parse(textIn(this.before, PATHS.cells)) as { root: string };
    this.rewrite(PATHS.cells);
    try {
      const { cells } = JSON.parse(textIn(this.files, PATHS.cells)) as { cells: { id: string; digest: string }[] };
      this.renamed.set(old.root, rootDigest(cells));
      this.rewrite(PATHS.cells);
    } catch {
      // No list of cells any more: nothing to add up.
    }
  }

  /** In the order of the log; those that were not in it come before the close. */
  private receipts(): string[] {
    const places = new Map<string, number>();
    for (const [path, bytes] of this.before) {
      if (isReceipt(path)) places.set(path, Number(parseProof(textIn(this.before, proofPath(sha256Hex(bytes)))).index));
    }
    const last = Math.max(...places.values());
    const place = (path: string): number => places.get(path) ?? last - 0.5;
    const paths = [...this.files.keys()].filter(isReceipt).toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
    return paths.map((path) => {
      this.rewrite(path);
      const bytes = this.files.get(path)!;
      this.note(this.before.get(path), bytes);
      if (!path.startsWith('receipts/ancestors/')) return path;
      this.files.delete(path);
      const moved = ancestorPath(sha256Hex(bytes));
      this.files.set(moved, bytes);
      return moved;
    });
  }

  /** README, preview and crate: digests. */
  private describe(): void {
    for (const path of [PATHS.readme, PREVIEW]) {
      this.rewrite(path);
      this.note(this.before.get(path), this.files.get(path));
    }
    this.rewrite(PATHS.crate);
  }

  private proofs(order: readonly string[], signer: NoteSigner | undefined): void {
    const { files, before } = this;
    const ids = order.map((path) => sha256Hex(files.get(path) ?? new Uint8Array()));
    const same = [...before].every(([path, bytes]) => !isReceipt(path) || latin1(files.get(path)) === latin1(bytes));
    if (signer === undefined && same && ids.at(-1) === sha256Hex(before.get(PATHS.seal)!)) return;
    const tree = new MerkleTree();
    for (const id of ids) tree.append(receiptEntry(id));
    const old = textIn(before, PATHS.checkpoint);
    const head = formatCheckpoint({
      origin: old.slice(0, old.indexOf('\n')),
      size: BigInt(tree.size),
      root: tree.root(),
    });
    const touched = (path: string): boolean => latin1(files.get(path)) !== latin1(before.get(path));
    const checkpoint = signer === undefined ? head + old.slice(old.lastIndexOf('\n\n') + 1) : signNote(head, [signer]);
    if (!touched(PATHS.checkpoint)) files.set(PATHS.checkpoint, raw(Buffer.from(checkpoint).toString('latin1')));
    if (signer !== undefined && !touched(PATHS.dsse))
      files.set(PATHS.dsse, raw(signEnvelope(textIn(files, PATHS.seal), signer)));
    for (const path of before.keys()) if (path.endsWith('.tlog-proof') && !touched(path)) files.delete(path);
    for (const [index, id] of ids.entries()) {
      const proof = formatProof({ index: BigInt(index), hashes: tree.inclusionProof(index), checkpoint });
      files.set(proofPath(id), new Uint8Array(Buffer.from(proof)));
    }
  }
}

/** The crate’s files with their digests and sizes, then the manifest. */
function relist(files: Files): void {
  try {
    const json = JSON.parse(textIn(files, PATHS.crate)) as { '@graph': Entity[] };
    files.set(PATHS.crate, raw(Buffer.from(`${JSON.stringify(described(json, files), null, 2)}\n`).toString('latin1')));
  } catch {
    // The crate itself is what was broken.
  }
  const listed = [...files].filter(([path]) => isListed(path));
  const manifest = manifestText(new Map(listed.map(([path, bytes]) => [path, sha256Hex(bytes)])));
  files.set(PATHS.manifest, new Uint8Array(Buffer.from(manifest)));
}

type Entity = Record<string, unknown>;

/** Files that went are described no more, those that came are. */
function described(crate: { '@graph': Entity[] }, files: Files): unknown {
  const gone = new Set<unknown>();
  const there = new Set<string>([PATHS.crate]);
  for (const entity of crate['@graph']) {
    if (entity['sha256'] === undefined || entity['contentSize'] === undefined) continue;
    const path = decodeURI(String(entity['@id']));
    const bytes = files.get(path);
    there.add(path);
    if (bytes === undefined) gone.add(entity['@id']);
    else Object.assign(entity, { sha256: sha256Hex(bytes), contentSize: String(bytes.length) });
  }
  const came = [...files.keys()].filter((path) => isListed(path) && !there.has(path));
  const kept = crate['@graph'].filter((entity) => !gone.has(entity['@id']) && !gone.has(refOf(entity['subjectOf'])));
  for (const entity of crate['@graph']) if (!kept.includes(entity)) gone.add(entity['@id']);
  for (const entity of kept)
    for (const [property, value] of Object.entries(entity))
      if (Array.isArray(value)) entity[property] = value.filter((one) => !gone.has(refOf(one)));
  const root = kept.find((entity) => entity['@id'] === './');
  (root?.['hasPart'] as unknown[] | undefined)?.push(...came.map((path) => ({ '@id': pathUri(path) })));
  const added = came.map((path) => ({
    '@id': pathUri(path),
    '@type': 'File',
    sha256: sha256Hex(files.get(path)!),
    contentSize: String(files.get(path)!.length),
  }));
  return { ...crate, '@graph': [...kept, ...added] };
}

const refOf = (value: unknown): unknown => (value as { readonly '@id'?: unknown } | undefined)?.['@id'];
