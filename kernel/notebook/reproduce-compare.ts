/** Comparing a re-run's value with the sealed one, place by place, under the comparators that were sealed before the run. */
import type { Column, TableData } from '#common/data.ts';
import type { Comparator, Comparison } from '#common/receipt/receipt.ts';
import { isTableData } from '#common/data/table.ts';
import { distance, wholeDistance, type Distance } from './compare-number.ts';
import { enter, rulesFor, type Rules } from './compare-rules.ts';

/** One place where two values differ; `path` like `fit.values[3].x`. */
export interface Difference {
  readonly path: string;
  readonly sealed: string;
  readonly found: string;
  /** How far two numbers are apart. */
  readonly by: number | null;
  /** Part of the tolerance that this takes: at most 1 where it is allowed; null beyond any measure. */
  readonly share: number | null;
  readonly rule: Comparison;
}

export interface Compared {
  /** Places that differ by more than is allowed, and the worst of them. */
  readonly beyond: number;
  readonly worst: Difference | null;
  /** Of those that differ and may, the one that takes most of its tolerance. */
  readonly largest: Difference | null;
  /** Places that were not compared, with the reason. */
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
}

/** Compares a cell's outputs by name. Shapes and keys are never forgiven, unless the whole of them is ignored. */
export function compareOutputs(
  sealed: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
  comparators: readonly Comparator[],
  cell: string,
): Compared {
  const walk = new Walk();
  const names = Object.keys(sealed);
  if (walk.keys(sealed, found, '', { how: 'exact' }))
    for (const name of names)
      walk.compare(sealed[name], found[name], rulesFor(comparators, cell, name), name || 'value');
  return walk;
}

class Walk implements Compared {
  beyond = 0;
  worst: Difference | null = null;
  largest: Difference | null = null;
  readonly ignored: { path: string; reason: string }[] = [];

  compare(sealed: unknown, found: unknown, rules: Rules, path: string): void {
    const { rule, within } = rules;
    if (rule.how === 'ignored' && within.length === 0) return void this.ignored.push({ path, reason: rule.reason });
    if (typeof sealed === 'number' && typeof found === 'number') return this.number(sealed, found, rule, path, false);
    if (typeof sealed === 'bigint' && typeof found === 'bigint') return this.whole(sealed, found, rule, path);
    if (!isObject(sealed) || !isObject(found)) return this.equal(Object.is(sealed, found), sealed, found, rule, path);
    if (Object.getPrototypeOf(sealed) !== Object.getPrototypeOf(found)) return this.add(sealed, found, rule, path);
    if (isTableData(sealed) && isTableData(found)) return this.table(sealed, found, rules, path);
    if (ArrayBuffer.isView(sealed) || Array.isArray(sealed))
      return this.array(sealed as ArrayLike<unknown>, found as unknown as ArrayLike<unknown>, rules, path);
    if (sealed instanceof ArrayBuffer) return this.bytes(sealed, found as ArrayBuffer, rule, path);
    if (sealed instanceof Date)
      return this.equal(Object.is(sealed.getTime(), (found as Date).getTime()), sealed, found, rule, path);
    if (sealed instanceof Map) return this.map(sealed, found as Map<unknown, unknown>, rules, path);
    if (sealed instanceof Set) return this.array([...sealed], [...(found as Set<unknown>)], rules, path);
    this.record(sealed as Fields, found as Fields, rules, path);
  }

  /** Whether both have the same keys. */
  keys(sealed: Fields, found: Fields, path: string, rule: Comparison): boolean {
    const [before, after] = [Object.keys(sealed), Object.keys(found)];
    const same = before.length === after.length && before.every((key) => Object.hasOwn(found, key));
    if (!same) this.add(`{${before.join(', ')}}`, `{${after.join(', ')}}`, rule, path);
    return same;
  }

  private record(sealed: Fields, found: Fields, rules: Rules, path: string): void {
    if (!this.keys(sealed, found, path, rules.rule)) return;
    for (const key of Object.keys(sealed))
      this.compare(sealed[key], found[key], enter(rules, key), `${path}${property(key)}`);
  }

  private array(sealed: ArrayLike<unknown>, found: ArrayLike<unknown>, rules: Rules, path: string): void {
    if (sealed.length !== found.length) return this.add(sealed.length, found.length, rules.rule, `${path}.length`);
    const single = sealed instanceof Float32Array;
    const plain = rules.within.length === 0;
    for (let i = 0; i < sealed.length; i++) {
      const [a, b] = [sealed[i], found[i]];
      if (plain && this.isSettled(a, b, rules.rule, single)) continue;
      if (plain && typeof a === 'number' && typeof b === 'number')
        this.number(a, b, rules.rule, `${path}[${i}]`, single);
      else this.compare(a, b, enter(rules, String(i)), `${path}[${i}]`);
    }
  }

  /** Whether nothing is to be said of two items: where millions differ, naming each place would take most of the time. */
  private isSettled(sealed: unknown, found: unknown, rule: Comparison, single: boolean): boolean {
    if (typeof sealed !== 'number' || typeof found !== 'number')
      return Object.is(sealed, found) && typeof sealed !== 'bigint';
    const { fits, share } = distance(sealed, found, rule, single);
    return fits && (Object.is(sealed, found) || share <= (this.largest?.share ?? 0));
  }

  /** By column: `wages.age[3]`. What is missing in one is missing in the other. */
  private table(sealed: TableData, found: TableData, rules: Rules, path: string): void {
    if (sealed.rows !== found.rows) return this.add(sealed.rows, found.rows, rules.rule, `${path}.rows`);
    const shape = ({ columns }: TableData): string =>
      columns.map(({ name, type, unit = '' }) => `${name} ${type} ${unit}`.trim()).join(', ');
    if (shape(sealed) !== shape(found)) return this.add(shape(sealed), shape(found), rules.rule, `${path}.columns`);
    for (const [i, column] of sealed.columns.entries())
      this.column(column, found.columns[i]!, enter(rules, column.name), `${path}${property(column.name)}`);
  }

  private column(sealed: Column, found: Column, rules: Rules, path: string): void {
    const { rule } = rules;
    if (rule.how === 'ignored' && rules.within.length === 0)
      return void this.ignored.push({ path, reason: rule.reason });
    const [before, after] = [sealed.valid, found.valid];
    const plain = rules.within.length === 0;
    for (let i = 0; i < sealed.values.length; i++) {
      const [had, has] = [before?.[i] !== 0, after?.[i] !== 0];
      const [a, b] = [had ? sealed.values[i] : MISSING, has ? found.values[i] : MISSING];
      if (plain && this.isSettled(a, b, sealed.type === 'bool' ? TRUTH.rule : rule, false)) continue;
      const there = plain ? rules : enter(rules, String(i));
      // Truth is no number, and no tolerance makes false true.
      const judged = sealed.type === 'bool' && there.rule.how !== 'ignored' ? TRUTH : there;
      this.compare(a, b, judged, `${path}[${i}]`);
    }
  }

  private map(sealed: Map<unknown, unknown>, found: Map<unknown, unknown>, rules: Rules, path: string): void {
    if (sealed.size !== found.size) return this.add(sealed.size, found.size, rules.rule, `${path}.size`);
    const others = [...found];
    for (const [i, [key, value]] of [...sealed].entries()) {
      const [other, its] = others[i]!;
      this.compare(key, other, TRUTH, `${path}.key(${i})`);
      this.compare(value, its, enter(rules, String(key)), `${path}.get(${String(key)})`);
    }
  }

  private bytes(sealed: ArrayBuffer, found: ArrayBuffer, rule: Comparison, path: string): void {
    const [a, b] = [new Uint8Array(sealed), new Uint8Array(found)];
    this.equal(a.length === b.length && a.every((byte, i) => byte === b[i]), sealed, found, rule, path);
  }

  private whole(sealed: bigint, found: bigint, rule: Comparison, path: string): void {
    this.measured(wholeDistance(sealed, found, rule), sealed, found, Number(sealed - found), rule, path);
  }

  private number(sealed: number, found: number, rule: Comparison, path: string, single: boolean): void {
    this.measured(distance(sealed, found, rule, single), sealed, found, sealed - found, rule, path);
  }

  private measured(far: Distance, sealed: unknown, found: unknown, by: number, rule: Comparison, path: string): void {
    const { fits, share } = far;
    if (fits && (share === 0 || Object.is(sealed, found))) return;
    const one = { path, sealed: show(sealed), found: show(found), by: Number.isFinite(by) ? Math.abs(by) : null, rule };
    const difference = { ...one, share: Number.isFinite(share) ? share : null };
    if (!fits) this.fail(difference);
    else if (this.largest === null || share > (this.largest.share ?? 0)) this.largest = difference;
  }

  private equal(same: boolean, sealed: unknown, found: unknown, rule: Comparison, path: string): void {
    if (!same) this.add(sealed, found, rule, path);
  }

  private add(sealed: unknown, found: unknown, rule: Comparison, path: string): void {
    this.fail({ path: path || 'value', sealed: show(sealed), found: show(found), by: null, share: null, rule });
  }

  private fail(difference: Difference): void {
    this.beyond++;
    if (this.worst === null || isWorse(difference, this.worst)) this.worst = difference;
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** Differs from every value, text included. */
const MISSING = Object.freeze(Object.create(null)) as object;
const TRUTH: Rules = { rule: { how: 'exact' }, within: [] };

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What can't be measured is worst, the first of it; then what exceeds its tolerance most; then what is furthest apart. */
function isWorse(a: Difference, b: Difference): boolean {
  if (a.by === null || b.by === null) return a.by === null && b.by !== null;
  if (a.share === null || b.share === null) return a.share === b.share ? a.by > b.by : a.share === null;
  return a.share > b.share;
}

const property = (key: string): string => (/^[^.[\]"*]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

function show(value: unknown): string {
  if (value === MISSING) return 'missing';
  const text = isObject(value)
    ? (value.constructor?.name ?? 'object')
    : typeof value === 'string'
      ? JSON.stringify(value)
      : Object.is(value, -0)
        ? '-0'
        : String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
