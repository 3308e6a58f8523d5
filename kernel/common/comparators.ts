/** What a notebook says under `compare`, and what receipts carry of it: which places of a result may differ in a re-run, and how far. */
import type { Comparator, Comparison } from '#common/receipt/types.ts';

/** A key, a column or an index; null for any. */
export type Step = string | null;

const HEAD = /^(?:\*|[\p{ID_Continue}$-]+)/u;
const STEP = /\.(\*|[^.[\]"*]+)|\[(\*|\d+)\]|\[("(?:[^"\\]|\\.)*")\]/uy;
/** What a receipt can carry: a whole number beyond it has no safe canonical form. */
const LARGEST = Number.MAX_SAFE_INTEGER;
const MAX_TEXT = 1024;

/** `fit.rows[3]["column name"].*` as its steps, the first a cell or an output; null when it can't be read. */
export function parsePlace(of: string): readonly [Step, ...Step[]] | null {
  const head = HEAD.exec(of)?.[0];
  if (head === undefined || of.length > MAX_TEXT) return null;
  const steps: [Step, ...Step[]] = [head === '*' ? null : head];
  STEP.lastIndex = head.length;
  while (STEP.lastIndex < of.length) {
    const found = STEP.exec(of);
    if (found === null) return null;
    const [, name, index, quoted] = found;
    try {
      const key = quoted === undefined ? (name ?? index!) : (JSON.parse(quoted) as string);
      steps.push(key === '*' && quoted === undefined ? null : key);
    } catch {
      return null;
    }
  }
  return steps;
}

/** What is wrong about a comparator, as the end of a sentence; null when nothing is. */
export function comparatorFault(it: Readonly<Record<string, unknown>>): string | null {
  const { of, how, ...given } = it;
  if (typeof of !== 'string' || parsePlace(of) === null) return 'names a place like `fit`, `fit.age` or `*`';
  const allowed = ALLOWED[how as Comparison['how']] as readonly string[] | undefined;
  if (typeof how !== 'string' || !Object.hasOwn(ALLOWED, how) || allowed === undefined)
    return `compares ${Object.keys(ALLOWED).join(', ')}`;
  const strange = Object.keys(given).find((key) => !allowed.includes(key));
  if (strange !== undefined) return `has no “${strange}”`;
  if (how === 'numeric') return toleranceFault(given);
  if (how === 'metric') return intervalFault(given);
  if (how === 'exact') return null;
  const { reason } = given;
  return typeof reason === 'string' && reason.trim() !== '' && reason.length <= MAX_TEXT
    ? null
    : 'says why it is ignored';
}

const ALLOWED: Readonly<Record<Comparison['how'], readonly string[]>> = {
  exact: [],
  numeric: ['absolute', 'relative', 'ulps'],
  metric: ['min', 'max'],
  ignored: ['reason'],
};

function toleranceFault(given: Readonly<Record<string, unknown>>): string | null {
  for (const [key, value] of Object.entries(given)) {
    if (typeof value !== 'number' || !(value >= 0) || value > LARGEST) return 'has a tolerance ≥ 0';
    if (key === 'ulps' && !Number.isInteger(value)) return 'has a whole number of ulps';
  }
  return null;
}

function intervalFault({ min, max }: Readonly<Record<string, unknown>>): string | null {
  const fit = typeof min === 'number' && typeof max === 'number' && min <= max;
  return fit && min >= -LARGEST && max <= LARGEST ? null : 'has an interval, `min` ≤ `max`';
}

/** Front matter to comparators: `{"*": "exact", fit: {relative: 1e-9}, auc: {between: [0.8, 1]}, took: {ignore: "a time"}}`. @returns a sentence when it can't be read */
export function readCompare(compare: unknown): readonly Comparator[] | string {
  if (!isRecord(compare)) return '`compare` is not a list of places and how each is compared.';
  const rules: Comparator[] = [];
  for (const [of, said] of Object.entries(compare)) {
    const rule = readRule(of, said);
    const fault = rule === null ? FORMS : comparatorFault(rule);
    if (fault !== null) return `\`compare\`: “${of.slice(0, 80)}” ${fault}.`;
    rules.push(rule as Comparator);
  }
  return rules;
}

const FORMS = 'takes `exact`, {absolute, relative, ulps}, {between: [min, max]} or {ignore: why}';

function readRule(of: string, said: unknown): Readonly<Record<string, unknown>> | null {
  if (said === 'exact') return { of, how: 'exact' };
  if (!isRecord(said) || Object.keys(said).length === 0) return null;
  const { between, ignore, ...rest } = said;
  if (between !== undefined) {
    if (!Array.isArray(between) || between.length !== 2 || ignore !== undefined) return null;
    // −0 has no canonical form.
    const [min, max] = between.map((end: unknown) => (typeof end === 'number' ? end + 0 : end));
    return { of, how: 'metric', min, max, ...rest };
  }
  if (ignore !== undefined) return { of, how: 'ignored', reason: ignore, ...rest };
  const sizes = Object.entries(rest).map(([key, size]) => [key, typeof size === 'number' ? size + 0 : size] as const);
  return { of, how: 'numeric', ...Object.fromEntries(sizes) };
}

/** Of two rules for one place, those of `over` count. Everything else is exact, and that is said as well. */
export function mergeComparators(rules: readonly Comparator[], over: readonly Comparator[]): readonly Comparator[] {
  const all = new Map<string, Comparator>([...rules, ...over].map((rule) => [rule.of, rule]));
  return all.has('*') ? [...all.values()] : [{ of: '*', how: 'exact' }, ...all.values()];
}

/** A rule in words: `within 1e-9 relatively`. */
export function inWords(rule: Comparison): string {
  if (rule.how === 'exact') return 'exactly';
  if (rule.how === 'ignored') return `not compared (${rule.reason})`;
  if (rule.how === 'metric') return `from ${rule.min} to ${rule.max}`;
  const { absolute, relative, ulps } = rule;
  const parts = [
    absolute === undefined ? null : `±${absolute}`,
    relative === undefined ? null : `${relative} relatively`,
    ulps === undefined ? null : `${ulps} ulps`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'as equal numbers' : `within ${parts.join(' or ')}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
