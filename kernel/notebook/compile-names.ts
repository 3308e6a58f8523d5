/** What every free name of a cell means, and the errors that only the whole notebook shows: unknown, defined twice, circular. */
import { CELL_GLOBALS, DOM_GLOBALS, GLOBALS, HELPERS, namespaceOf, VIEW_GLOBALS } from '#common/cells/names.ts';
import type { NotebookDocument } from '#common/notebook.ts';
import { CellError } from './compile-error.ts';
import type { Reference } from './compile-scope.ts';
import type { Draft } from './compile-script.ts';

export interface Resolved {
  readonly draft: Draft;
  /** Parameters of the function, in the order of their first use. */
  readonly inputs: readonly string[];
  /** Pinned globals that it takes from `globalThis` once: SES looks each one up slowly. */
  readonly globals: readonly string[];
  readonly error: CellError | undefined;
  /** Names that it defines: without those that another cell had first. */
  readonly outputs: readonly string[];
}

type Meaning = 'value' | 'view' | 'given' | 'namespace' | 'own' | 'drawing' | 'global' | 'dom';

const BUILT_IN = new Map<string, Meaning>([
  ...DOM_GLOBALS.map((name) => [name, 'dom'] as const),
  ...GLOBALS.map((name) => [name, 'global'] as const),
  ...HELPERS.map((name) => [name, 'global'] as const),
  ...VIEW_GLOBALS.map((name) => [name, 'drawing'] as const),
  ...CELL_GLOBALS.map((name) => [name, 'own'] as const),
]);

export function resolveNames(
  drafts: readonly Draft[],
  { datasets, uses }: Pick<NotebookDocument, 'datasets' | 'uses'>,
): Resolved[] {
  const meanings = new Map(BUILT_IN);
  for (const name of datasets) meanings.set(name, 'given');
  for (const use of uses) meanings.set(namespaceOf(use), 'namespace');
  const owners = new Map<string, Draft>();
  const taken = new Map<Draft, CellError>();
  for (const draft of drafts) {
    for (const output of draft.outputs) {
      const problem = whyTaken(output, owners, meanings);
      if (problem) taken.set(draft, taken.get(draft) ?? problem);
      else owners.set(output.name, draft);
    }
  }
  for (const [name, { kind }] of owners) meanings.set(name, kind === 'view' ? 'view' : 'value');
  const circles = findCircles(drafts, owners);
  return drafts.map((draft) => {
    const split = assign(draft, meanings);
    const outputs = draft.outputs.map(({ name }) => name).filter((name) => owners.get(name) === draft);
    return { draft, ...split, outputs, error: draft.error ?? taken.get(draft) ?? split.error ?? circles.get(draft) };
  });
}

function whyTaken(
  output: Reference,
  owners: ReadonlyMap<string, Draft>,
  meanings: ReadonlyMap<string, Meaning>,
): CellError | null {
  const { name, start, end } = output;
  const owner = owners.get(name);
  const meaning = meanings.get(name);
  const says = owner
    ? `${name} is defined by the cell ${owner.cell.id} (line ${owner.cell.line}) already.`
    : meaning === 'given'
      ? `${name} is a data set of this notebook.`
      : meaning === 'namespace'
        ? `${name} is a plugin that this notebook uses.`
        : name === 'then'
          ? 'then is the name by which promises are told.'
          : meaning !== undefined && meaning !== 'dom'
            ? `${name} is a name that every notebook has.`
            : null;
  return says === null ? null : new CellError('CELL_NAME_TAKEN', says, start, end);
}

function assign(draft: Draft, meanings: ReadonlyMap<string, Meaning>): Pick<Resolved, 'inputs' | 'globals' | 'error'> {
  const inputs: string[] = [];
  const globals: string[] = HELPERS.filter((name) => draft.code.includes(name));
  const draws = draft.kind === 'view' || draft.kind === 'text';
  let error: CellError | undefined;
  const fail = (code: CellError['code'], message: string, { start, end }: Reference): void => {
    error ??= new CellError(code, message, start, end);
  };
  for (const name of draft.assigned) {
    if (meanings.has(name.name)) fail('CELL_ASSIGNS', `${name.name} is not this cell’s to change.`, name);
    else fail('CELL_NAME_UNKNOWN', `${name.name} is assigned to but never declared.`, name);
  }
  for (const item of draft.read) {
    const meaning = meanings.get(item.name);
    if (meaning === undefined || (HELPERS as readonly string[]).includes(item.name))
      fail('CELL_NAME_UNKNOWN', unknown(item.name), item);
    else if (meaning === 'view' && !draws) {
      fail('CELL_READS_VIEW', `${item.name} comes from a view cell, whose value is not sealed.`, item);
    } else if ((meaning === 'drawing' || meaning === 'dom') && !draws) {
      fail('CELL_NAME_UNKNOWN', `${item.name} is there in view cells only: write \`view\` behind the language.`, item);
    } else (meaning === 'global' || meaning === 'dom' ? globals : inputs).push(item.name);
  }
  return { inputs, globals, error };
}

const unknown = (name: string): string =>
  name === 'Function' || name === 'eval' || name === 'globalThis'
    ? `${name} reaches around what a cell may do.`
    : `${name} is not defined.`;

/** Every cell that lies on a circle, with the way round. Without recursion: a notebook may be one chain of thousands of cells. */
function findCircles(drafts: readonly Draft[], owners: ReadonlyMap<string, Draft>): ReadonlyMap<Draft, CellError> {
  const circles = new Map<Draft, CellError>();
  const done = new Set<Draft>();
  /** The way here: each cell with how many of the names that it reads were followed. */
  const path: { readonly draft: Draft; next: number }[] = [];
  const places = new Map<Draft, number>();
  const enter = (draft: Draft): void => {
    places.set(draft, path.length);
    path.push({ draft, next: 0 });
  };
  for (const first of drafts) {
    if (!done.has(first)) enter(first);
    for (let step = path.at(-1); step; step = path.at(-1)) {
      const by = step.draft.read[step.next++];
      const draft = by && owners.get(by.name);
      const from = draft && places.get(draft);
      if (by === undefined) {
        done.add(step.draft);
        places.delete(step.draft);
        path.pop();
      } else if (from !== undefined) markCircle(path.slice(from), circles);
      else if (draft && !done.has(draft)) enter(draft);
    }
  }
  return circles;
}

/** @param circle cells of which each reads the next, and the last the first */
function markCircle(circle: readonly { readonly draft: Draft; next: number }[], circles: Map<Draft, CellError>): void {
  const way = [...circle, circle[0]!].map(({ draft }) => draft.cell.id);
  const says = `${shorten(way).join(' → ')} is a circle.`;
  for (const { draft, next } of circle) {
    const { start, end } = draft.read[next - 1]!;
    if (!circles.has(draft)) circles.set(draft, new CellError('CELL_CYCLE', says, start, end));
  }
}

const shorten = (way: readonly string[]): readonly string[] =>
  way.length <= 12 ? way : [...way.slice(0, 6), '…', ...way.slice(-5)];
