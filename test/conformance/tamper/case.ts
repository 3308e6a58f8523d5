/** What a case file may say. One mutation, how far the forger goes to hide it, and the codes that must come back. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { sha256Hex } from '#crypto';
import { signer } from '#common/bundle/bundle.fixture.ts';
import { PATHS, proofPath, TOOLS } from '#common/bundle/layout.ts';
import { canonicalize } from '#common/canonical.ts';
import { signEnvelope } from '#common/signatures/dsse.ts';
import { first, type Keyed } from '#common/keys/keyed.fixture.ts';
import { sigstoreBundle } from '#common/signatures/sigstore.ts';
import type { Policy, SeenCheckpoint } from '#common/verify/types.ts';
import { writeZip } from '#common/zip/zip.ts';
import { adapt, forgerKey, textIn, type Files, type Reach } from './forge.ts';
import { forgeZip, type ZipLies } from './zip-forge.ts';

export interface TamperCase {
  /** What was done, as a sentence. */
  readonly what: string;
  /** The run with gates behind it (gated.fixture.ts), one whose log names keys (keyed.fixture.ts), or the audit pack (pack.fixture.ts), instead of the plain run. */
  readonly bundle?: 'gated' | 'pack' | Keyed;
  readonly do?: readonly Step[];
  /** How far the rest of the bundle is made to fit; `nothing` unless given. */
  readonly hide?: Reach;
  /** Done after hiding. */
  readonly then?: readonly Step[];
  readonly zip?: ZipLies;
  /** Else the log's own key is trusted. */
  readonly policy?: Policy | 'none';
  /** Checkpoints of the log's own key that the verifier saw before. */
  readonly remembered?: readonly Omit<SeenCheckpoint, 'vkey'>[];
  /** Every check that must fail, and no other; empty when the bundle holds and `says` tells what the report must show. */
  readonly fails: readonly string[];
  /** The check's code and part of what it must say. */
  readonly says?: Readonly<Record<string, string>>;
}

/**
 * `file` is a path; `*` stands for what is found first; `proof of PATH` for the proof of that
 * receipt; `receipt with TEXT` for the only one that has it. */
interface Step {
  readonly file: string;
  /** Text, which must be there, and what takes its place. */
  readonly replace?: readonly [string, string];
  /** Fields of canonical JSON, by path. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly unset?: string;
  readonly write?: string;
  readonly append?: string;
  readonly remove?: true;
  readonly move?: string;
  readonly copy?: string;
  readonly swap?: string;
  /** Bytes that are cut off its end. */
  readonly cut?: number;
  /** The byte whose lowest bit is flipped. */
  readonly flip?: number;
  /** A field, and how many letters stand in it. */
  readonly long?: readonly [string, number];
  /** What stands behind this text gets another first letter. */
  readonly bump?: string;
  /** All from this text on comes twice, or not at all. */
  readonly double?: string;
  readonly drop?: string;
  /** An envelope around `body`, or around the seal, by the log's key, the forger's of the same name, or the key that sealed first. */
  readonly sign?: { readonly by: keyof typeof SIGNERS; readonly body?: string };
  /** The checkpoint's signature with the group's order added to its scalar, which lenient verifiers take. */
  readonly malleate?: true;
  /** For all that the pattern finds. */
  readonly every?: true;
}

const SIGNERS = { log: signer, forger: forgerKey(signer.name), first } as const;

/** The bundle that a case describes. */
export function forge(
  honest: ReadonlyMap<string, Uint8Array>,
  { do: steps = [], hide, then = [], zip }: TamperCase,
): Uint8Array {
  const files: Files = new Map(honest);
  for (const step of steps) takeAll(files, step);
  adapt(honest, files, hide ?? 'nothing');
  for (const step of then) takeAll(files, step);
  return zip === undefined ? writeZip(files) : forgeZip(files, zip);
}

function takeAll(files: Files, step: Step): void {
  const found = step.every === true ? [...files.keys()].filter(matching(step.file)) : [step.file];
  for (const file of found) take(files, { ...step, file });
}

function take(files: Files, step: Step): void {
  const path = find(files, step.file);
  const bytes = files.get(path) ?? new Uint8Array();
  const text = (): string => Buffer.from(bytes).toString();
  const put = (changed: string | Uint8Array): void =>
    void files.set(path, typeof changed === 'string' ? new Uint8Array(Buffer.from(changed)) : changed);
  assert.ok(files.has(path) || step.write !== undefined, `no ${step.file}`);
  if (step.replace !== undefined) {
    const [from, to] = step.replace;
    assert.ok(text().includes(from), `${path} has no ${from}`);
    put(text().replace(from, () => to));
  }
  if (step.set !== undefined || step.unset !== undefined) put(edited(text(), step));
  if (step.long !== undefined) put(edited(text(), { ...step, set: { [step.long[0]]: 'x'.repeat(step.long[1]) } }));
  if (step.bump !== undefined) {
    const [before = '', after] = split(text(), step.bump);
    put(`${before}${step.bump}${after.startsWith('A') ? 'B' : 'A'}${after.slice(1)}`);
  }
  if (step.double !== undefined) put(text() + step.double + split(text(), step.double)[1]);
  if (step.drop !== undefined) put(split(text(), step.drop)[0]);
  if (step.sign !== undefined) {
    const body = step.sign.body ?? textIn(files, PATHS.seal);
    put(signEnvelope(body, SIGNERS[step.sign.by]));
  }
  // Whoever can sign the envelope writes it as a Sigstore bundle too.
  if (step.sign !== undefined && files.has(TOOLS.sigstore))
    files.set(TOOLS.sigstore, new Uint8Array(Buffer.from(sigstoreBundle(textIn(files, PATHS.dsse)))));
  if (step.malleate === true) put(malleated(text()));
  if (step.write !== undefined) put(step.write);
  if (step.append !== undefined) put(text() + step.append);
  if (step.cut !== undefined) put(bytes.slice(0, -step.cut));
  if (step.flip !== undefined) put(bytes.with(step.flip, bytes[step.flip]! ^ 1));
  if (step.copy !== undefined) files.set(step.copy, bytes);
  if (step.swap !== undefined) {
    const other = find(files, step.swap);
    put(files.get(other)!);
    files.set(other, bytes);
  }
  if (step.move !== undefined) files.set(step.move, bytes);
  if (step.remove === true || step.move !== undefined) files.delete(path);
}

function split(text: string, at: string): [string, string] {
  const place = text.indexOf(at);
  assert.ok(place >= 0, `no ${at}`);
  return [text.slice(0, place), text.slice(place + at.length)];
}

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function malleated(note: string): string {
  const [text, line] = split(note, '\n\n');
  const [dash, name, base64 = ''] = line.trim().split(' ');
  const bytes = Buffer.from(base64, 'base64');
  const scalar = BigInt(`0x${Buffer.from(bytes.subarray(36)).reverse().toString('hex')}`) + ORDER;
  bytes.set(Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex').reverse(), 36);
  return `${text}\n\n${dash} ${name} ${bytes.toString('base64')}\n`;
}

function edited(text: string, { set = {}, unset }: Step): string {
  const json = JSON.parse(text) as Record<string, unknown>;
  const owner = (path: string): [Record<string, unknown>, string] => {
    const steps = path.split('.');
    const last = steps.pop()!;
    return [steps.reduce((at, step) => at[step] as Record<string, unknown>, json), last];
  };
  for (const [path, value] of Object.entries(set)) {
    const [at, key] = owner(path);
    at[key] = value;
  }
  if (unset !== undefined) {
    const [at, key] = owner(unset);
    if (Array.isArray(at)) at.splice(Number(key), 1);
    else delete at[key];
  }
  return canonicalize(json, { maxDepth: 100 });
}

function find(files: Files, pattern: string): string {
  if (pattern.startsWith('proof of ')) {
    const receipt = files.get(find(files, pattern.slice('proof of '.length)));
    return proofPath(sha256Hex(receipt ?? assert.fail(pattern)));
  }
  if (pattern.startsWith('receipt with ')) {
    const wanted = pattern.slice('receipt with '.length);
    const receipts = [...files].filter(([path, bytes]) => path.startsWith('receipts/') && Buffer.from(bytes).includes(wanted)); // prettier-ignore
    assert.equal(receipts.length, 1, `${receipts.length} receipts with ${wanted}`);
    return receipts[0]![0];
  }
  if (!pattern.includes('*')) return pattern;
  return [...files.keys()].find(matching(pattern)) ?? assert.fail(`no ${pattern}`);
}

function matching(pattern: string): (path: string) => boolean {
  const [start = '', end = ''] = pattern.split('*');
  return (path) => path.startsWith(start) && path.endsWith(end);
}
