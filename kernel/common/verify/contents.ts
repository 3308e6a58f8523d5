/** Checks over what was computed: notebook, environment, cells, root, data and artifacts against the receipts that name them. */
import { artifactPath, LONG_RUN, outputPath, PATHS, rootDigest } from '#common/bundle/layout.ts';
import { isDigest } from '#common/bytes.ts';
import { canonicalize, parseCanonical } from '#common/canonical.ts';
import { inWords } from '#common/comparators.ts';
import type { Digest } from '#common/data.ts';
import { decodeValue } from '#common/value/value.ts';
import { fail, type Found } from './checks.ts';
import { digestOf, sameText, type Files, type Seal } from './files.ts';
import type { LongRun } from './long-run.ts';
import { failOn, type Receipts } from './receipts.ts';
import type { Ends } from './stream.ts';

/** 40,000 cells. */
const MAX_CELLS_BYTES = 4 * 1024 * 1024;

export function checkNotebook(files: Files, { open }: Ends): Found<Digest> {
  const digest = digestOf(files.get(PATHS.notebook)!);
  const [subject, ...more] = open.subject;
  if (subject?.name !== PATHS.notebook || more.length > 0) fail('The run was not announced for one notebook.');
  if (subject.digest.sha256 !== digest) fail(`${PATHS.notebook} is not the one that was announced.`);
  return { value: digest, detail: `SHA-256 ${digest.slice(0, 12)}…` };
}

export function checkEnvironment(files: Files, { open }: Ends): Found<true> {
  if (!sameText(files, PATHS.env, canonicalize(open.predicate.env)))
    fail(`${PATHS.env} is not the environment that was announced.`);
  const env = Object.entries(open.predicate.env).map(([key, value]) => `${key} ${String(value)}`);
  return { value: true, detail: env.join(', ') || 'Nothing is said about it.' };
}

/** What a re-run may differ by was said before the run; the seal says it again, so that nobody can tell later that it was wider. */
export function checkComparators(files: Files, { open }: Ends, seal: Seal): Found<true> {
  const { comparators } = open.predicate;
  const announced = canonicalize(comparators);
  if (!sameText(files, PATHS.comparators, announced))
    fail(`${PATHS.comparators} are not the rules that were announced.`);
  if (canonicalize(seal.predicate.comparators) !== announced)
    fail(`${PATHS.seal}, the seal, has other rules than those that were announced.`);
  const rules = comparators.slice(0, 5).map((rule) => `${rule.of} ${inWords(rule)}`);
  const more = comparators.length > 5 ? `, and ${comparators.length - 5} more` : '';
  return { value: true, detail: `Compared in a re-run: ${rules.join(', ') || 'everything exactly'}${more}` };
}

export interface Cells {
  readonly root: Digest;
  readonly cells: readonly { readonly id: string; readonly digest: Digest }[];
}

export function checkCells(files: Files, { run, long }: Receipts): Found<Cells> {
  const value = readCells(files);
  const listed = new Map(value.cells.map(({ id, digest }) => [id, digest]));
  if (listed.size !== value.cells.length) fail(`${PATHS.cells} lists a cell twice.`);
  // A cell that ran again has several receipts: the last one counts.
  const logged = new Map(long?.cells);
  failOn(long, 'CELLS');
  const strange = [...logged.keys()].find((name) => !listed.has(name));
  if (strange !== undefined) fail(`${LONG_RUN.receipts} has “${strange}”, which is no cell of ${PATHS.cells}.`);
  for (const { predicate, subject, path } of run) {
    if (predicate.kind !== 'cell') continue;
    const [cell, ...more] = subject;
    if (cell === undefined || more.length > 0 || !listed.has(cell.name))
      fail(`${path} is for no cell of ${PATHS.cells}.`);
    logged.set(cell.name, cell.digest.sha256);
  }
  for (const [id, digest] of listed) {
    if (logged.get(id) !== digest)
      fail(`The cell “${id}” has ${logged.has(id) ? 'another value in its receipt' : 'no receipt'}.`);
  }
  const digests = new Set(listed.values());
  let carried = 0;
  for (const [path, { digest }] of files.all) {
    if (!path.startsWith('outputs/') || path === PATHS.cells) continue;
    if (path !== outputPath(digest) || !digests.has(digest)) fail(`${path} is the value of no cell.`);
    carried++;
    const bytes = files.get(path);
    if (bytes === undefined) continue;
    try {
      decodeValue(bytes);
    } catch (error) {
      fail(`${path}: ${(error as Error).message}`);
    }
  }
  return { value, detail: `${listed.size} cells, ${carried} values carried` };
}

function readCells(files: Files): Cells {
  const json = parseCanonical(files.get(PATHS.cells)!, { maxBytes: MAX_CELLS_BYTES }) as {
    readonly root?: unknown;
    readonly cells?: unknown;
  };
  const closed = json !== null && typeof json === 'object' && Object.keys(json).length === 2;
  if (!closed || !isDigest(json.root) || !Array.isArray(json.cells)) fail(`${PATHS.cells} is not a list of cells.`);
  for (const cell of json.cells as readonly unknown[]) {
    const { id, digest } = (cell ?? {}) as { readonly id?: unknown; readonly digest?: unknown };
    if (typeof id !== 'string' || !isDigest(digest) || Object.keys(cell as object).length !== 2)
      fail(`${PATHS.cells} is not a list of cells.`);
  }
  return json as Cells;
}

export function checkRoot({ root, cells }: Cells, { close }: Ends, seal: Seal): Found<Digest> {
  const computed = rootDigest(cells);
  const said = {
    [PATHS.cells]: root,
    [`${close.path}, the close,`]: rootIn(close.predicate.result),
    [`${PATHS.seal}, the seal,`]: rootIn(seal.predicate.result),
  };
  for (const [where, digest] of Object.entries(said)) {
    if (!isDigest(digest)) fail(`${where} names no root.`);
    if (digest !== computed)
      fail(`The cells give ${computed.slice(0, 12)}…, but ${where} says ${digest.slice(0, 12)}….`);
  }
  return { value: computed, detail: computed };
}

const rootIn = (result: unknown): unknown =>
  typeof result === 'object' && result !== null && 'root' in result ? result.root : undefined;

/** Digests that receipts name, and by whom. */
function named({ run, ancestors, long }: Receipts): Map<Digest, string> {
  const digests = new Map<Digest, string>();
  for (const { path, subject, predicate } of [...ancestors, ...(long === null ? run : [])]) {
    const say = (digest: Digest, what: string): void => void digests.set(digest, `${what} in ${path}`);
    if (predicate.kind === 'open' || predicate.kind === 'close' || predicate.kind === 'cell') continue;
    for (const { name, digest } of subject) say(digest.sha256, name);
    for (const { name, digest } of predicate.materials) say(digest, name);
    if (predicate.params !== null) say(predicate.params, 'params');
  }
  return digests;
}

/** Digests that receipts name; of a long run, of those that are not here only their number. */
export interface Named {
  readonly known: ReadonlyMap<Digest, string>;
  readonly absent: LongRun['absent'];
}

export function checkContents(files: Files, receipts: Receipts): Found<Named> {
  const known = named(receipts);
  for (const digest of receipts.long?.named ?? []) known.set(digest, LONG_RUN.receipts);
  let count = 0;
  for (const [path, { digest }] of files.all) {
    const artifact = path.startsWith('artifacts/');
    if (!artifact && !path.startsWith('data/')) continue;
    if (artifact && path !== artifactPath(digest)) fail(`${path} is not what its name says.`);
    if (!known.has(digest)) fail(`${path} is named by no receipt.`);
    count++;
  }
  return {
    value: { known, absent: receipts.long?.absent ?? NONE },
    detail: `${count} files, all of them named by receipts`,
  };
}

const NONE: Named['absent'] = { count: 0, first: [] };

export function checkCarried(files: Files, { known, absent }: Named): Found<true> {
  const carried = new Set([...files.all.values()].map(({ digest }) => digest));
  const here = [...known].filter(([digest]) => !carried.has(digest)).map(([, what]) => what);
  const missing = here.length + absent.count;
  const all = known.size + absent.count;
  if (missing === 0) return { value: true, detail: `${all} things named, all of them here` };
  const shown = [...here, ...absent.first].slice(0, 3).join('; ');
  return {
    value: true,
    ok: null,
    detail: `${missing} of ${all} not carried, so not judged: ${shown}${missing > 3 ? '; …' : ''}`,
  };
}
