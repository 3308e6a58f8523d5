/** Values of a cell that differ: whether they may, and that in a sentence. */
import { inWords } from '#common/comparators.ts';
import type { Comparator } from '#common/receipt/receipt.ts';
import { compareOutputs, type Compared, type Difference } from './reproduce-compare.ts';
import type { CellOutcome } from './reproduce-outcome.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The two are known to have different digests. */
export function judgeValues(
  sealed: Fields,
  found: Fields,
  comparators: readonly Comparator[],
  cell: string,
): Pick<CellOutcome, 'outcome' | 'reason' | 'difference'> {
  const compared = compareOutputs(sealed, found, comparators, cell);
  const { worst, largest, ignored } = compared;
  if (worst !== null) return { outcome: 'DIVERGED', reason: divergence(worst, compared.beyond), difference: worst };
  if (largest !== null) return { outcome: 'EQUIVALENT', reason: equivalence(largest, ignored), difference: largest };
  // Only what is ignored differs, or −0 and 0.
  return { outcome: 'EQUIVALENT', reason: `The numbers are equal.${aside(ignored)}`.trim() };
}

function divergence({ path, sealed, found, by, share, rule }: Difference, beyond: number): string {
  const apart = by === null || rule.how === 'metric' ? '' : `, ${short(by)} apart`;
  const times = share === null ? '' : ` (${short(share)} times what is allowed)`;
  const asked = rule.how === 'metric' ? `, and both must lie ${inWords(rule)}` : '';
  const more = beyond > 1 ? ` ${beyond} places differ by too much; this is the worst.` : '';
  return `${path} was ${sealed} and is ${found}${apart}${times}${asked}.${more}`;
}

function equivalence({ path, by, share, rule }: Difference, ignored: Compared['ignored']): string {
  const part = share === null ? '' : `, ${Math.max(1, Math.round(share * 100))} % of what is allowed`;
  const apart = by === null ? '' : `At most ${short(by)} apart, at ${path}${part}: `;
  return `${apart}equal ${inWords(rule)}, as sealed.${aside(ignored)}`;
}

function aside(ignored: Compared['ignored']): string {
  const [first, ...more] = ignored;
  if (first === undefined) return '';
  return ` Not compared: ${first.path} (${first.reason})${more.length > 0 ? ` and ${more.length} more` : ''}.`;
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
