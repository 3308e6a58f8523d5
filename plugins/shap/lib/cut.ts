import { depthOf, type Ensemble } from '#common/onnx/trees.ts';
import type { Known, Opaque } from '#common/onnx/known.ts';
import type { Choice } from './choose.ts';
import { forEachLeafLength } from './edges.ts';

/** Nanoseconds that a part takes, about: handing its rows over costs next to nothing. */
const PART = 400e6;
/** Nanoseconds until a worker explains its first row: starting it, and reading and preparing the model, by its leaves. */
const WORKER = { start: 300e6, leaf: 20e3 };
/** As many times that much work pay for workers. */
const PAYS = 4;
/**
 * Nanoseconds, about (bench/shap-cores.ts): a leaf of a tree for a row, with checks; the same for interactions, which grow with pairs of a path's features;
 * comparing two rows at one level of a tree; a model's evaluation of a row; and what any row costs a feature.
 */
const COST = { leaf: 10, pair: 8, level: 100, evaluation: 1000, cell: 100 };
/** Numbers of a part's values, at most. */
const MOST_NUMBERS = 2 ** 22;

/** What tells how much a row costs. */
export interface Load {
  readonly known: Known | Opaque;
  readonly choice: Choice;
  readonly features: number;
  readonly backgroundRows: number;
  readonly interactions: boolean;
  /** Rows in all. */
  readonly planned: number;
  /** Coalitions a row, of a sample. */
  readonly coalitions: number | undefined;
  readonly outputs: number;
}

/** How many rows are a part, all or a power of two: it follows from the question, never from how many cores there are. */
export function rowsOfPart(load: Load): number {
  const { features, outputs, interactions, planned } = load;
  const each = nanoseconds(load);
  if (planned * each < PAYS * workerCost(load)) return Math.max(1, planned);
  const numbers = features * outputs * (interactions ? features : 1);
  const rows = Math.min(PART / each, MOST_NUMBERS / numbers);
  return 2 ** Math.max(0, Math.floor(Math.log2(rows)));
}

function workerCost({ known }: Load): number {
  if (known.kind !== 'trees') return WORKER.start;
  const leaves = known.ensemble.trees.reduce((sum, { feature }) => sum + (feature.length + 1) / 2, 0);
  return WORKER.start + WORKER.leaf * leaves;
}

function nanoseconds({ known, choice, features, backgroundRows, interactions, coalitions }: Load): number {
  const { method } = choice;
  const least = COST.cell * features;
  if (method === 'linear' || known.kind === 'linear') {
    const asked = method === 'linear' ? 0 : evaluations(method, features, coalitions) * backgroundRows;
    return least + asked * COST.cell;
  }
  if (method !== 'tree-path-dependent' && method !== 'tree-interventional')
    return least + evaluations(method, features, coalitions) * backgroundRows * COST.evaluation;
  const { ensemble } = known as Extract<Known, { kind: 'trees' }>;
  const compared = method === 'tree-interventional' ? backgroundRows : null;
  return least + ensemble.trees.reduce((sum, tree) => sum + ofTree(tree, compared, interactions), 0);
}

function evaluations(method: Choice['method'], features: number, coalitions: number | undefined): number {
  return method === 'exact' ? 2 ** features : (coalitions ?? 1);
}

/** @param compared background rows */
function ofTree(tree: Ensemble['trees'][number], compared: number | null, interactions: boolean): number {
  const depth = depthOf(tree);
  const byPairs = compared === null ? Infinity : compared * depth * COST.level * (interactions ? depth : 1);
  if (depth > 64) return Math.min(byPairs, tree.feature.length * COST.leaf * depth);
  let leaves = 0;
  forEachLeafLength(tree, (different) => {
    leaves += COST.leaf + (interactions ? COST.pair * different * different : 0);
  });
  return Math.min(byPairs, leaves);
}
