/**
 * Verifying a bundle, offline, with nothing but its bytes and the verifier's own policy. Reads like the protocol: bytes → files → manifest
 * → seal → signatures → log → receipts → results. An attacker controls every byte of the bundle, the key in it included: that key only
 * shows that all parts are one log's word; `SIGNER` and `WITNESSES` alone say whether it is a log that you trust.
 */
import { prepareCrypto } from '#crypto';
import { openBundle, type OpenedBundle } from '#common/bundle/files.ts';
import { bundleKind, PACK_PATHS } from '#common/bundle/layout.ts';
import { bytesSource, type ByteSource } from '#common/byte-source.ts';
import { AssayError } from '#common/errors.ts';
import { keyName } from '#common/tlog/note.ts';
import { packTitle } from '#common/pack/title.ts';
import { witnessesIn } from '#common/policy/policy.ts';
import { checkAttached } from './attached.ts';
import { Checks, fail, type Found } from './checks.ts';
import {
  checkCheckpoint,
  checkFiles,
  checkLayout,
  checkManifest,
  checkSeal,
  checkSealed,
  checkSealSignature,
  digestOf,
} from './files.ts';
import { checkPack } from './pack.ts';
import { PassingReceipts } from './passing.ts';
import { checkRun } from './run.ts';
import { checkCrate } from './crate.ts';
import { checkFresh, checkRollback, seenCheckpoint } from './history.ts';
import { checkTime, loggedIn, stampsIn } from './time.ts';
import { checkTools } from './tools.ts';
import { checkSigner, checkWitnesses } from './trust.ts';
import type { SeenCheckpoint, VerifyOptions, VerifyReport } from './types.ts';

export { VERIFY_CHECKS, VERIFY_MEANINGS, type VerifyCode } from './checks.ts';
export type { CheckResult, Policy, VerifyOptions, VerifyReport } from './types.ts';

/** Never throws for what a bundle holds: every fault is a check that failed. */
export async function verifyBundle(zip: Uint8Array | ByteSource, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { policy, onCheck } = options;
  await prepareCrypto();
  const checks = new Checks(onCheck);
  const passing = new PassingReceipts();
  const opened = await opening(zip instanceof Uint8Array ? bytesSource(zip) : zip, options, passing);
  checks.run('ZIP', [opened], checkZip);
  const files = opened instanceof Error ? undefined : opened.files;
  const laid = checks.run('LAYOUT', [files], checkLayout) && files;
  const manifest = checks.run('MANIFEST', [laid], checkManifest);
  checks.run('FILES', [laid, manifest], checkFiles);
  checks.run('CRATE', [laid, manifest], checkCrate);
  const seal = checks.run('SEAL', [laid], checkSeal);
  const sealed = checks.run('SEALED', [laid, seal], checkSealed);
  const sealer = checks.run('SEAL_SIGNATURE', [laid], checkSealSignature);
  const signed = checks.run('CHECKPOINT', [laid], (known) => checkCheckpoint(known, witnessesIn(policy?.quorum)));
  checks.run('TOOL_SIGNATURES', [laid, signed, sealer && sealed && seal], checkTools);
  checks.run('ATTACHED', [laid, signed, sealer && sealed && seal], checkAttached);
  const kind = laid === undefined ? 'run' : bundleKind(laid);
  const outset = { laid, seal, signed, sealer };
  const run = kind === 'run' ? checkRun(checks, outset, passing.longRun()) : undefined;
  const pack = kind === 'pack' ? checkPack(checks, outset, passing.packRead()) : undefined;
  checks.run('SIGNER', [signed, seal], (...known) => checkSigner(...known, policy));
  const witnesses = checks.run('WITNESSES', [signed], (known) => checkWitnesses(known, policy));
  checks.run('FRESH', [signed], (known) => checkFresh(known, policy, options.now ?? Date.now()));
  const stamps = await stampsIn(laid, signed, kind === 'pack' ? null : run?.ends?.open, policy);
  checks.run('TIME', [stamps], (found) => checkTime(found, policy));
  const seen = signed && seal && seenCheckpoint(signed, seal);
  const memory = {
    remembered: options.remembered ?? null,
    proof: await consistency(seen, options),
    latest: options.latest ?? false,
    witnessed: policy?.quorum !== undefined && witnesses !== undefined,
  };
  checks.run('ROLLBACK', [signed, seal], (...known) => checkRollback(...known, memory));

  return {
    ok: checks.results.every(({ ok }) => ok !== false),
    checks: checks.results,
    kind,
    root: run?.root ?? (pack && laid ? digestOf(laid.get(PACK_PATHS.period)!) : null),
    title: pack === undefined ? titleIn(run?.ends?.open.predicate.result) : packTitle(pack.period),
    notebook: run?.notebook ?? null,
    org: seal?.predicate.org ?? null,
    origin: signed?.checkpoint.origin ?? null,
    signer: signed === undefined ? null : keyName(signed.key),
    seal: seal?.id ?? null,
    time: seal?.predicate.time ?? null,
    logged: loggedIn(signed, stamps, policy),
    seen: seen ?? null,
    receipts: pack?.summary.receipts ?? run?.receipts ?? 0,
    files: [...(files?.all ?? [])].map(([path, { size, digest }]) => ({ path, bytes: size, digest })),
  };
}

/** A zip file that is none is a check that fails; a file that cannot be read, or nobody waits for any more, is an error. */
async function opening(
  source: ByteSource,
  { onProgress, signal, explained }: VerifyOptions,
  passing: PassingReceipts,
): Promise<OpenedBundle | AssayError> {
  try {
    return await openBundle(source, { onProgress, signal, explained, receipts: passing.open });
  } catch (error) {
    if (error instanceof AssayError && error.code === 'ZIP_INVALID') return error;
    throw error;
  }
}

function checkZip(opened: OpenedBundle | AssayError): Found<true> {
  if (opened instanceof AssayError) fail(opened.message);
  const { files, faults } = opened;
  if (faults.length > 0) fail(faults.join(' '));
  return { value: true, detail: `${files.bytes} bytes, ${files.all.size} files` };
}

/** Asked only where there is something to compare; a log that gives no proof leaves ROLLBACK to what is remembered. */
async function consistency(
  seen: SeenCheckpoint | undefined,
  { remembered, consistency: ask }: VerifyOptions,
): Promise<readonly Uint8Array[] | null> {
  const before = remembered?.find(({ vkey }) => vkey === seen?.vkey);
  if (seen === undefined || before === undefined || before.size === seen.size || ask === undefined) return null;
  return ask(Math.min(before.size, seen.size), Math.max(before.size, seen.size)).catch(() => null);
}

function titleIn(result: unknown): string | null {
  return typeof result === 'object' && result !== null && 'title' in result && typeof result.title === 'string'
    ? result.title
    : null;
}
