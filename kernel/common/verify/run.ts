/** The checks of a sealed run: its receipts, its stream, and what was computed. */
import type { Digest } from '#common/data.ts';
import type { Checks } from './checks.ts';
import {
  checkCarried,
  checkCells,
  checkComparators,
  checkContents,
  checkEnvironment,
  checkNotebook,
  checkRoot,
} from './contents.ts';
import type { Files, Seal, SignedCheckpoint } from './files.ts';
import { checkGates, checkLineage } from './lineage.ts';
import { checkKeys } from './keys.ts';
import type { Vkey } from '#common/tlog/note.ts';
import type { SignerSpan } from '#common/keys/signer-spans.ts';
import type { LongRun } from './long-run.ts';
import { checkInclusion, checkLog, checkReceipts, type Indices } from './receipts.ts';
import { checkOpenClose, checkParents, checkStream, type Ends } from './stream.ts';

/** What a sealed run holds, as far as the checks got. */
export interface Run {
  readonly receipts: number;
  readonly ends: Ends | undefined;
  readonly notebook: Digest | undefined;
  readonly root: Digest | undefined;
}

/** What the checks of every bundle found. */
export interface Outset {
  readonly laid: Files | undefined;
  readonly seal: Seal | undefined;
  readonly signed: SignedCheckpoint | undefined;
  /** The key that signed the seal. */
  readonly sealer: Vkey | undefined;
}

/** `long`: null where the run has a file for each receipt. */
export function checkRun(checks: Checks, { laid, seal, signed, sealer }: Outset, long: LongRun | null): Run {
  const receipts = checks.run('RECEIPTS', [laid, seal, long], checkReceipts);
  checks.run('LOG', [receipts, seal, signed], checkLog);
  const indices = checks.run('INCLUSION', [laid, receipts, seal, signed], checkInclusion);
  const spans = receipts && indices && spansOf(receipts.long, indices);
  checks.run('KEYS', [receipts, seal, signed, sealer, indices, spans], checkKeys);
  checks.run('STREAM', [receipts, seal, indices], checkStream);
  const ends = checks.run('OPEN_CLOSE', [receipts, seal], checkOpenClose);
  const linked = checks.run('PARENTS', [receipts, seal, indices], checkParents);
  checks.run('LINEAGE', [receipts, seal], checkLineage);
  checks.run('GATES', [receipts, seal, linked && indices], checkGates);
  const notebook = checks.run('NOTEBOOK', [laid, ends], checkNotebook);
  checks.run('ENVIRONMENT', [laid, ends], checkEnvironment);
  checks.run('COMPARATORS', [laid, ends, seal], checkComparators);
  const cells = checks.run('CELLS', [laid, receipts], checkCells);
  const root = checks.run('ROOT', [cells, ends, seal], checkRoot);
  const named = checks.run('CONTENTS', [laid, receipts], checkContents);
  checks.run('CARRIED', [laid, named], checkCarried);
  const count = receipts === undefined ? 0 : receipts.count + receipts.ancestors.length + 1;
  return { receipts: count, ends, notebook, root };
}

function spansOf(long: LongRun | null, indices: Indices): readonly SignerSpan[] {
  const index = (place: number): number => Number(indices.at(place)!);
  return (long?.signers ?? []).map(({ signer, first, last }) => ({ signer, first: index(first), last: index(last) }));
}
