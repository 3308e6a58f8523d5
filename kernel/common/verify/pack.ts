/** The checks of an audit pack, in order: those that a sealed run doesn't have, and those that look at a stretch of the log instead of one run's stream. */
import { PACK_PATHS } from '#common/bundle/layout.ts';
import { Checks, fail } from './checks.ts';
import { checkKeys } from './keys.ts';
import { checkLineage } from './lineage.ts';
import { checkPeriod, checkReport } from './pack-period.ts';
import { checkReceipts, refuse, type Pack, type PackRead } from './pack-reader.ts';
import { checkOrigin, checkParents, checkStretch } from './pack-stretch.ts';
import type { Receipts } from './receipts.ts';
import type { Outset } from './run.ts';

/** @returns what the pack is about, when its receipts can be read */
export function checkPack(
  checks: Checks,
  { laid: files, seal, signed, sealer }: Outset,
  read: PackRead | undefined,
): Pack | undefined {
  const pack = checks.run(
    'RECEIPTS',
    [files && (read ?? new Error(`${PACK_PATHS.receipts} was not read.`))],
    checkReceipts,
  );
  const outside: Receipts | undefined = pack && {
    run: [],
    long: null,
    count: 0,
    ancestors: pack.outside,
    keys: pack.keys,
  };
  checks.run('LOG', [pack, outside, seal, signed], checkOrigin);
  const indices = checks.run('INCLUSION', [files, pack, outside, seal, signed], checkStretch);
  checks.run('KEYS', [outside, seal, signed, sealer, indices, pack?.stretch.verified.signers], checkKeys);
  checks.run('STREAM', [pack, seal], ({ stretch, period }, { predicate }) => {
    refuse(stretch.verified.faults, 'STREAM');
    if (predicate.seq !== 1 || predicate.prev !== period.announced)
      fail(`${PACK_PATHS.seal}, the seal, does not come right after the announcement of this pack.`);
    return { value: true, detail: `${stretch.verified.streamCount} streams, unbroken within the stretch` };
  });
  checks.run('OPEN_CLOSE', [pack], ({ summary }) => {
    const [wrong] = summary.miscounted;
    if (wrong !== undefined) fail(wrong);
    const open = summary.incidents.filter(({ what }) => what === 'never closed').length;
    const never = open === 0 ? '' : `, ${open} of them begun and not closed in the period: the page names them`;
    return { value: true, detail: `${summary.runs.length} runs${never}` };
  });
  const linked = checks.run('PARENTS', [pack, seal, indices], checkParents);
  checks.run('LINEAGE', [pack, outside, seal], ({ stretch }, ...known) => {
    refuse(stretch.verified.faults, 'LINEAGE');
    return checkLineage(...known);
  });
  checks.run('GATES', [pack, linked], ({ summary: { skipped, gates, unjudged } }, _linked) => {
    const [first] = skipped;
    if (first !== undefined) fail(skipped.length > 1 ? `${first} And ${skipped.length - 1} more.` : first);
    if (unjudged > 0)
      return { value: true, ok: null, detail: `${unjudged} can’t be judged: what they follow from is not carried.` };
    return { value: true, detail: gates === 0 ? 'Nothing here needs one.' : `${gates} held to their gates` };
  });
  checks.run('PERIOD', [pack, seal, files, indices], checkPeriod);
  checks.run('REPORT', [files, pack], checkReport);
  return pack;
}
