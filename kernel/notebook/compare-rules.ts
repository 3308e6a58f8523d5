/** Which comparator counts at which place of a result. */
import { parsePlace, type Step } from '#common/comparators.ts';
import type { Comparator, Comparison } from '#common/receipt/receipt.ts';

/** What is known at one place: the rule that counts there, and those that may count further within. */
export interface Rules {
  readonly rule: Comparison;
  readonly within: readonly Pending[];
}

interface Pending {
  readonly rule: Comparison;
  readonly steps: readonly Step[];
  /** More steps first, then fewer `*`, then an output before a cell before all. */
  readonly rank: number;
}

const EXACT: Comparison = { how: 'exact' };

/** Rules for one output of a cell. */
export function rulesFor(comparators: readonly Comparator[], cell: string, output: string): Rules {
  const pending = comparators.flatMap((rule): Pending[] => {
    const place = parsePlace(rule.of);
    if (place === null) return [];
    const [head, ...steps] = place;
    if (head !== null && head !== cell && head !== output) return [];
    const named = steps.filter((step) => step !== null).length;
    const of = head === null ? 0 : head === output ? 2 : 1;
    return [{ rule, steps, rank: steps.length * 1e7 + named * 10 + of }];
  });
  return settle(EXACT, -1, pending);
}

/** The rules one step further within. */
export function enter(rules: Rules, step: string): Rules {
  const { rule, within } = rules;
  if (within.length === 0) return rules;
  const further = within.flatMap(({ steps: [first, ...steps], ...rest }): Pending[] =>
    first === null || first === step ? [{ ...rest, steps }] : [],
  );
  return settle(rule, -1, further);
}

function settle(before: Comparison, rank: number, pending: readonly Pending[]): Rules {
  let [rule, best] = [before, rank];
  const within: Pending[] = [];
  for (const one of pending) {
    if (one.steps.length > 0) within.push(one);
    else if (one.rank >= best) [rule, best] = [one.rule, one.rank];
  }
  return { rule, within };
}
