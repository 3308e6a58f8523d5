/**
 * What the frame says of its cells, checked: view cells run beside the code that reports, so a report may be anything at all. What is not
 * of the form is ignored; texts for people are cut; what has no place in a report is left out.
 */
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { CellState, CompiledNotebook } from '#common/notebook.ts';

const STATUS: ReadonlySet<unknown> = new Set<CellState['status']>([
  'idle', 'queued', 'running', 'done', 'failed', 'stale', 'stopped',
]); // prettier-ignore
const LONGEST_NAME = 1000;
const LONGEST_TEXT = 10_000;
const MOST_OUTPUTS = 10_000;
const MOST_RECEIPTS = 1_000_000;
/** Browsers lay nothing out beyond this. */
const TALLEST = 33_554_432;

type Fields = Readonly<Record<string, unknown>>;

/** The states among the reports, each of a cell that the notebook has. */
export function checkStates(reports: unknown, notebook: CompiledNotebook | null): CellState[] {
  if (!Array.isArray(reports) || notebook === null) return [];
  const known = new Set(notebook.cells.map(({ id }) => id));
  return reports.slice(0, 10 * known.size).flatMap((report: unknown) => stateOf(report, known) ?? []);
}

export const isHeight = (id: unknown, px: unknown, notebook: CompiledNotebook | null): boolean =>
  isAmount(px) && px <= TALLEST && notebook?.cells.some((cell) => cell.id === id) === true;

export const isRoot = (root: unknown): root is Digest | null => root === null || isDigest(root);

function stateOf(report: unknown, known: ReadonlySet<unknown>): CellState | null {
  if (!isFields(report)) return null;
  const { id, version, status, ms, digest, outputs, receipts, error, progress } = report;
  if (!known.has(id) || !Number.isSafeInteger(version) || (version as number) < 0 || !STATUS.has(status)) return null;
  const parts = {
    ms: given(ms, (value) => (isAmount(value) ? value : null)),
    digest: given(digest, (value) => (isDigest(value) ? value : null)),
    outputs: given(outputs, (value) => listOf(value, MOST_OUTPUTS, outputOf)),
    receipts: given(receipts, (value) => listOf(value, MOST_RECEIPTS, (item) => (isDigest(item) ? item : null))),
    error: given(error, errorOf),
    progress: given(progress, progressOf),
  };
  if (Object.values(parts).includes(null)) return null;
  const present = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
  return { id, version, status, ...present } as CellState;
}

function outputOf(output: unknown): unknown {
  if (!isFields(output)) return null;
  const { name, digest, type, preview } = output;
  if (!isName(name) || !isName(type) || typeof preview !== 'string') return null;
  if (digest !== undefined && !isDigest(digest)) return null;
  return { name, ...(digest === undefined ? {} : { digest }), type, preview: preview.slice(0, LONGEST_NAME) };
}

function errorOf(error: unknown): unknown {
  if (!isFields(error)) return null;
  const { code, message, hint, where, line, column } = error;
  if (typeof code !== 'string' || typeof message !== 'string') return null;
  // An unknown code becomes INTERNAL.
  const { code: ours } = AssayError.from({ code, message: '' });
  return {
    code: ours,
    message: message.slice(0, LONGEST_TEXT),
    hint: typeof hint === 'string' ? hint.slice(0, LONGEST_TEXT) : '',
    ...(isName(where) ? { where } : {}),
    ...(isPlace(line) && isPlace(column) ? { line, column } : {}),
  };
}

function progressOf(progress: unknown): unknown {
  if (!isFields(progress)) return null;
  const { done, total, note } = progress;
  if (!isAmount(done) || !isAmount(total)) return null;
  return { done, total, ...(typeof note === 'string' ? { note: note.slice(0, LONGEST_NAME) } : {}) };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isAmount = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0;
const isPlace = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isName = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST_NAME;
const isDigest = (value: unknown): value is Digest => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

/** Undefined for what is not there, null for what is not of the form. */
const given = (value: unknown, check: (value: unknown) => unknown): unknown =>
  value === undefined ? undefined : check(value);

function listOf(value: unknown, most: number, check: (item: unknown) => unknown): unknown[] | null {
  if (!Array.isArray(value) || value.length > most) return null;
  const items = value.map(check);
  return items.includes(null) ? null : items;
}
