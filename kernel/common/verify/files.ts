/** Checks over files and digests: from the zip's bytes to what the seal is about. */
import { digestOf, type Files } from '#common/bundle/files.ts';
import {
  bundleKind,
  isBundlePath,
  isListed,
  manifestText,
  neededPaths,
  PATHS,
  SEAL_VKEY,
} from '#common/bundle/layout.ts';
import { equalBytes } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { openEnvelope } from '#common/signatures/dsse.ts';
import {
  formatVkey,
  keyName,
  openNote,
  parseVkey,
  splitNote,
  type Checkpoint,
  type Note,
  type Vkey,
} from '#common/tlog/note.ts';
import { verifyCheckpoint } from '#common/tlog/proof.ts';
import { parseReceipt, type Statement } from '#common/receipt/receipt.ts';
import { fail, type Found } from './checks.ts';
import { differenceOf } from './difference.ts';

export { digestOf, type Files } from '#common/bundle/files.ts';

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function checkLayout(files: Files): Found<true> {
  const kind = bundleKind(files);
  const strange = [...files.all.keys()].find((path) => !isBundlePath(path, kind));
  if (strange !== undefined) fail(`${strange} has no place in ${kind === 'pack' ? 'an audit pack' : 'a bundle'}.`);
  const missing = neededPaths(kind).find((path) => !files.all.has(path));
  if (missing !== undefined) fail(`${missing} is missing.`);
  return { value: true, detail: `${files.all.size} files` };
}

export function checkManifest(files: Files): Found<ReadonlyMap<string, Digest>> {
  const text = textOf(files, PATHS.manifest);
  const listed = new Map<string, Digest>();
  for (const line of text.split('\n').slice(0, -1)) {
    const [, digest, path] =
      /^([0-9a-f]{64}) {2}(.+)$/u.exec(line) ?? fail(`A line is no line of sha256sum: ${line.slice(0, 80)}`);
    listed.set(path!, digest!);
  }
  if (manifestText(listed) !== text) fail('Its lines are not in order, or one comes twice.');
  for (const path of files.all.keys()) if (isListed(path) && !listed.has(path)) fail(`${path} is not in the manifest.`);
  for (const path of listed.keys())
    if (!isListed(path) || !files.all.has(path)) fail(`${path} is in the manifest only.`);
  return { value: listed, detail: `${listed.size} files, all of them listed` };
}

export function checkFiles(files: Files, manifest: ReadonlyMap<string, Digest>): Found<true> {
  const altered = [...manifest]
    .filter(([path, digest]) => files.all.get(path)!.digest !== digest)
    .map(([path]) => path);
  if (altered.length > 0) {
    const [first] = altered as [string, ...string[]];
    const difference = differenceIn(files, first, manifest.get(first)!);
    const more = altered.length > 5 ? ` and ${altered.length - 5} more` : '';
    fail(`Altered: ${altered.slice(0, 5).join(', ')}${more}.${difference === null ? '' : ` ${difference}`}`);
  }
  return { value: true, detail: `${manifest.size} digests computed` };
}

/** What was edited in a file that should have this digest, as far as that can be found out. */
export function differenceIn(files: Files, path: string, digest: Digest): string | null {
  const edited = files.get(path);
  if (edited === undefined || !files.explained) return null;
  const telling = (other: string): boolean => other !== path && (other.endsWith('.json') || other === PATHS.manifest);
  const others = [...files].filter(([other]) => telling(other)).map(([, bytes]) => bytes);
  return differenceOf(edited, digest, others);
}

export interface Seal extends Statement {
  readonly id: Digest;
}

export function checkSeal(files: Files): Found<Seal> {
  const body = files.get(PATHS.seal)!;
  const statement = parseReceipt(body);
  // A run is sealed; a pack, which is about all that was logged, is archived.
  if (statement.predicate.kind !== (bundleKind(files) === 'pack' ? 'archive' : 'seal'))
    fail(`${PATHS.seal} is a receipt of the kind “${statement.predicate.kind}”.`);
  return {
    value: { ...statement, id: digestOf(body) },
    detail: `Sealed on ${statement.predicate.time}, as the organisation says.`,
  };
}

export function checkSealed(files: Files, seal: Seal): Found<true> {
  const [subject, ...more] = seal.subject;
  if (subject?.name !== PATHS.manifest || more.length > 0) fail(`${PATHS.seal} is not about a manifest alone.`);
  const digest = digestOf(files.get(PATHS.manifest)!);
  const { sha256 } = subject.digest;
  if (sha256 !== digest)
    fail(`${PATHS.manifest} is not the one that was sealed: ${digest.slice(0, 12)}…, not ${sha256.slice(0, 12)}….`);
  return { value: true, detail: `SHA-256 ${digest.slice(0, 12)}…` };
}

function checkKey(files: Files, path: string): Vkey {
  const text = textOf(files, path);
  const key = parseVkey(text.slice(0, -1));
  if (`${formatVkey(key)}\n` !== text) fail(`${path} is not one key on one line.`);
  return key;
}

export function checkSealSignature(files: Files): Found<Vkey> {
  const key = checkKey(files, files.has(SEAL_VKEY) ? SEAL_VKEY : PATHS.vkey);
  const payload = openEnvelope(files.get(PATHS.dsse)!, key);
  if (!equalBytes(payload, files.get(PATHS.seal)!)) fail(`${PATHS.dsse} holds another seal than ${PATHS.seal}.`);
  return { value: key, detail: `Signed with ${keyName(key)}.` };
}

export interface SignedCheckpoint {
  readonly key: Vkey;
  readonly checkpoint: Checkpoint;
  /** Signatures by the log and by witnesses of the verifier's policy; those of others say nothing here. */
  readonly note: Note;
}

export function checkCheckpoint(files: Files, witnesses: readonly Vkey[]): Found<SignedCheckpoint> {
  const key = checkKey(files, PATHS.vkey);
  const known = [key, ...witnesses];
  const text = textOf(files, PATHS.checkpoint);
  const checkpoint = verifyCheckpoint(text, known);
  const note = openNote(text, known);
  const { lines } = splitNote(text);
  const others = lines.filter(({ name, id }) => !known.some((one) => one.name === name && equalBytes(one.id, id)));
  const aside = others.slice(0, 5).map(({ name }) => name.slice(0, 80));
  const said =
    others.length === 0
      ? ''
      : ` Also signed, which nobody checked, in the name of ${aside.join(', ')}${others.length > 5 ? ', …' : ''}.`;
  return { value: { key, checkpoint, note }, detail: `${checkpoint.origin} had ${checkpoint.size} receipts.${said}` };
}

/** @throws CheckFailure when a file is missing or is no text */
export function textOf(files: Files, path: string): string {
  const bytes = files.get(path) ?? fail(`${path} is missing.`);
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return fail(`${path} is no text in UTF-8.`);
  }
}

export const sameText = (files: Files, path: string, text: string): boolean =>
  equalBytes(files.get(path)!, utf8.encode(text));
