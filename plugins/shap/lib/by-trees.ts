import { type Ensemble, scoreTrees } from '#common/onnx/trees.ts';
import { interventional, meanOf } from './interventional.ts';
import { type Attribution, pathDependent } from './path-dependent.ts';
import { addByTables, planTables } from './tables/by-tables.ts';

/** Which exact algorithm ran: the last bits of a value depend on it, so it is sealed with the values. */
export type TreeAlgorithm = 'tables' | 'quadrature' | 'patterns' | 'tables, quadrature' | 'tables, patterns';

/** Rows from which tables cost less than visiting each row's leaves (bench/treeshap.ts): that many by covers, against a background that many with it. */
const TABLES_FROM = { covers: 200, background: 400 };

interface Background {
  readonly x: Float64Array;
  readonly rows: number;
}

/**
 * SHAP values of an ensemble's scores, by its covers or against a background. Tables where the rows are many and a tree's paths have few features;
 * for the rest each leaf is visited: by quadrature, or by patterns of passed features.
 *
 * @param x (rows × features)
 * @param onTree called with trees done; throws to stop
 * @throws COVERS_MISSING
 */
export function attributeTrees(
  ensemble: Ensemble,
  x: Float64Array,
  rows: number,
  background: Background | null,
  onTree: (done: number) => void,
): Attribution & { readonly algorithm: TreeAlgorithm } {
  const many = background === null ? rows >= TABLES_FROM.covers : rows + background.rows >= TABLES_FROM.background;
  const plan = many ? planTables(ensemble) : null;
  const other = background === null ? 'quadrature' : 'patterns';
  const visit = (trees: Ensemble['trees'], count: number, tell: (done: number) => void): Attribution =>
    background === null
      ? pathDependent({ ...ensemble, trees }, x, count, tell)
      : interventional({ ...ensemble, trees }, x, count, background.x, background.rows, tell);
  if (plan === null || plan.splits.length === 0) return { ...visit(ensemble.trees, rows, onTree), algorithm: other };
  const base =
    background === null
      ? pathDependent(ensemble, x, 0, () => undefined).base
      : meanOf(scoreTrees(ensemble, background.x, background.rows), background.rows, ensemble.scores);
  const rest = plan.rest.map((number) => ensemble.trees[number]!);
  const { values } =
    rest.length === 0
      ? { values: new Float64Array(rows * ensemble.features * ensemble.scores) }
      : visit(rest, rows, onTree);
  addByTables(plan, ensemble, x, rows, background, values, (done) => onTree(rest.length + done));
  return { values, base, algorithm: rest.length === 0 ? 'tables' : `tables, ${other}` };
}
