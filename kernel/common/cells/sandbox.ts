/** The compartments in which cells are evaluated. `pinRealm` must have run. */
import { Table } from '#common/data/table.ts';
import { parseDate, makeDate, EPOCH } from './date.ts';
import { makeMath, pow, powset } from './math.ts';
import { GLOBALS } from './names.ts';
import type { CompiledCell } from '#common/notebook.ts';

/** A cell's function: `(inputs…) => {output: value}`. */
export type CellFunction = (...inputs: unknown[]) => unknown;

export type Evaluate = (cell: Pick<CompiledCell, 'id' | 'body'>) => CellFunction;

/** What a tagged template hands its tag, for one that the compiler took apart. */
function template(cooked: readonly unknown[], raw: readonly string[]): TemplateStringsArray {
  const strings = [...cooked];
  Object.defineProperty(strings, 'raw', { value: Object.freeze([...raw]) });
  return Object.freeze(strings) as unknown as TemplateStringsArray;
}

const quiet = (): void => {};
const SILENT = { log: quiet, info: quiet, debug: quiet, warn: quiet, error: quiet, table: quiet };

/**
 * A compartment with pinned globals and `more` (the document, for view cells), frozen: nothing that a cell does to it can reach another.
 * Math and Date in it are still: each cell gets its own as an argument.
 */
export function makeSandbox(more: Readonly<Record<string, unknown>> = {}): Evaluate {
  const globals = {
    Math: makeMath(() => NaN),
    Date: makeDate(() => EPOCH),
    Float32Array,
    Float64Array,
    Table,
    console: SILENT,
    $pow: pow,
    $powset: powset,
    $template: template,
    $regexp: (pattern: string, flags: string) => new RegExp(pattern, flags),
    ...more,
  };
  harden([Table, parseDate, pow, powset, template, globals.$regexp, globals.Date, globals.Math, SILENT]);
  const compartment = new Compartment({ globals, __options__: true });
  const scope = compartment.globalThis as Record<string, unknown>;
  const kept = new Set<string>([...GLOBALS, ...Object.keys(globals), 'undefined', 'globalThis']);
  for (const name of Object.getOwnPropertyNames(scope)) if (!kept.has(name)) Reflect.deleteProperty(scope, name);
  Object.freeze(scope);
  return ({ id, body }) =>
    compartment.evaluate(`(${body})\n//# sourceURL=assay-cell/${encodeURIComponent(id)}`) as CellFunction;
}
