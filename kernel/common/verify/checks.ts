/** What `verifyBundle` checks, in this order: stable codes, and what each makes sure of. Documentation and pages list this table. */
import type { CheckResult } from './types.ts';

export const VERIFY_CHECKS = {
  ZIP: 'The zip file says one thing to every reader, and is as Assay writes it.',
  LAYOUT: 'Every file is where a bundle has it, none is missing, and nothing else is there.',
  MANIFEST: 'The manifest lists every file.',
  FILES: 'Every file has the SHA-256 that the manifest gives.',
  CRATE: 'The metadata describe every file as it is, and keep the rules of RO-Crate 1.1 and Process Run Crate 0.5.',
  SEAL: 'The seal is a receipt of a sealed run, or of an audit pack.',
  SEALED: 'The seal is about this manifest, and so about every file.',
  SEAL_SIGNATURE: 'The key that the bundle gives with it signed the seal (DSSE).',
  CHECKPOINT: 'The log’s key signed the checkpoint.',
  TOOL_SIGNATURES: 'The signatures for ssh-keygen, minisign and Sigstore are by the log’s key, over the same files.',
  ATTACHED: 'Witnesses’ lines and time stamps are those that the log’s key attached: none was added, none taken out.',
  RECEIPTS: 'Every receipt is canonical, fits the closed schema, and is in its place.',
  LOG: 'All receipts are of one organisation and of the log that signed.',
  INCLUSION: 'Every receipt is in the log under that checkpoint.',
  KEYS: 'The key that signed the seal was the organisation’s at that place in the log.',
  STREAM: 'Each run’s receipts are an unbroken chain: each names the one before it, and none is missing.',
  OPEN_CLOSE:
    'What was sealed was announced before it ran, and every run that was closed has the count it closed with.',
  PARENTS: 'Every receipt that another follows from is here, was logged before it, and is of a kind for its role.',
  LINEAGE: 'Every receipt follows only from what its kind may follow from.',
  GATES: 'No gate was skipped: what was deployed had passed its validation, the same model on the same data.',
  NOTEBOOK: 'The notebook is the one that was announced before the run.',
  ENVIRONMENT: 'The environment is the one that was announced before the run.',
  COMPARATORS: 'What a re-run may differ by is what was announced before the run.',
  CELLS: 'Every cell has a receipt with the digest of its value, and the values carried have these digests.',
  ROOT: 'The cells give the root that the run closed with and that was sealed.',
  CONTENTS: 'Every data set and artifact is what some receipt names, and nothing was slipped in.',
  CARRIED: 'Everything that receipts name is in the bundle.',
  PERIOD:
    'The pack holds the period that was announced, all of it: one unbroken stretch of the log, with a receipt from outside at each end.',
  REPORT: 'The page and the other descriptions say what the receipts say.',
  SIGNER: 'The log that signed is one that your policy trusts.',
  WITNESSES: 'As many witnesses saw the checkpoint as your policy asks for.',
  FRESH: 'Your witnesses saw the checkpoint as lately as your policy asks for.',
  TIME: 'An authority that your policy trusts has stamped the checkpoint with a time.',
  ROLLBACK: 'The log has not taken back or rewritten what you have seen of it before.',
} as const;
export type VerifyCode = keyof typeof VERIFY_CHECKS;

/** What it means when a check fails, for a person who sees it for the first time. */
export const VERIFY_MEANINGS: Readonly<Record<VerifyCode, string>> = {
  ZIP: 'The zip file was altered or packed again, so other programs may unpack something else than what is checked here.',
  LAYOUT: 'Something was added to the bundle or taken out of it, or it is no bundle at all.',
  MANIFEST: 'A file was added, taken out or renamed, or the manifest was edited.',
  FILES: 'These files were edited after the bundle was sealed.',
  CRATE: 'Programs and people who go by the metadata would be told something else than what the bundle holds.',
  SEAL: 'Without a seal nothing says what belongs to this bundle.',
  SEALED: 'The manifest was made to fit other files: some of them are not those that were sealed.',
  SEAL_SIGNATURE: 'The seal was edited, or somebody else made it.',
  TOOL_SIGNATURES: 'Whoever checks the bundle with another tool would find something else than Assay finds here.',
  ATTACHED:
    'Somebody added a witness’s line or a time stamp, changed one, or took one out: it may look better or worse attested than it was.',
  CHECKPOINT:
    'The log’s head was edited, or somebody else made it; whether the receipts are in the log can’t be known.',
  RECEIPTS: 'A receipt was edited, moved, or written by a program that keeps other rules.',
  LOG: 'Receipts of different origins were put together.',
  INCLUSION: 'This receipt is not in the log that was signed: it was edited after it was logged, or never logged.',
  KEYS: 'The seal was signed with a key that had been replaced or revoked by then, or that nobody whose word counts had named.',
  STREAM: 'Something that happened in the run was left out, added or put in another order.',
  OPEN_CLOSE: 'This is not one whole run: its beginning, its end or its count doesn’t fit.',
  PARENTS: 'What a result is said to follow from is missing, or can’t be what it is said to be.',
  LINEAGE: 'A result is said to follow from something that such a result can’t come from.',
  GATES: 'Something was let through that had not passed what it must pass before.',
  NOTEBOOK: 'The notebook was edited after it ran, or another one ran.',
  ENVIRONMENT: 'The run had another environment than the file says.',
  COMPARATORS: 'Tolerances were changed after the run was announced, so a re-run could be called equal that isn’t.',
  CELLS: 'A cell’s value is not the one that was computed in the run.',
  ROOT: 'The results listed are not, all together, those that were sealed.',
  CONTENTS: 'Data or results here are not those that the run read and made.',
  CARRIED: 'Something is missing.',
  PERIOD: 'Receipts of the period were left out at an end, or the period is not the one that was asked for.',
  REPORT: 'Somebody wrote into the report what the receipts don’t say, or took something out of it.',
  SIGNER: 'Somebody whom you don’t trust sealed this run; all else may hold, and still be made up.',
  WITNESSES: 'The log may have shown others another history.',
  FRESH: 'The log may have gone on since, with more or with other receipts.',
  TIME: 'Nobody you trust says when this was sealed: it may be backdated.',
  ROLLBACK: 'Whoever keeps the log rewrote it: what it shows now contradicts what it showed you before.',
};

/** What a check found. `value` is for the checks after it; null in `ok` means that there was nothing to judge. */
export interface Found<T> {
  readonly value: T;
  readonly detail: string;
  readonly ok?: null;
}

/** A check failed; `detail` names the file or the receipt at fault. */
class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
}

export function fail(detail: string): never {
  throw new CheckFailure(detail);
}

/** Runs checks and keeps what they found. A check whose needs failed is not reached, and judged null. */
export class Checks {
  readonly results: CheckResult[] = [];
  private readonly tell: ((check: CheckResult) => void) | undefined;

  constructor(tell?: (check: CheckResult) => void) {
    this.tell = tell;
  }

  run<Needs extends readonly unknown[], T>(
    code: VerifyCode,
    needs: readonly [...{ [K in keyof Needs]: Needs[K] | undefined }],
    check: (...needs: Needs) => Found<T>,
  ): T | undefined {
    if (needs.includes(undefined)) {
      this.add(code, null, 'Not reached: it needs what failed before.');
      return undefined;
    }
    let found: Found<T>;
    try {
      found = check(...(needs as unknown as Needs));
    } catch (error) {
      // Whatever hostile bytes make a check stumble over, it has not passed.
      this.add(code, false, error instanceof Error ? error.message : String(error));
      return undefined;
    }
    this.add(code, found.ok === null ? null : true, found.detail);
    return found.value;
  }

  private add(code: VerifyCode, ok: boolean | null, detail: string): void {
    const result = { code, ok, what: VERIFY_CHECKS[code], detail, means: ok === false ? VERIFY_MEANINGS[code] : null };
    this.results.push(result);
    this.tell?.(result);
  }
}
