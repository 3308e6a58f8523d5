import { type Expression, expressionOf, type Form, mirrored } from './expression.ts';
import { affine, link, type Link } from './link.ts';
import type { OnnxModel } from './model.ts';
import type { ReadTrees } from './read-trees.ts';
import type { NodeProto } from './schema.ts';
import type { Column } from './source.ts';
import type { Ensemble, Tree } from './trees.ts';

/** One ensemble of several, and the columns that it takes. */
export interface Part extends ReadTrees {
  readonly columns: readonly Column[];
}

export interface Sum {
  readonly ensemble: Ensemble;
  readonly link: Link;
  readonly columns: readonly Column[];
  /** The tensor that holds the outputs. */
  readonly output: string;
}

/**
 * One ensemble for a graph that adds, scales or puts side by side what several put out, or does arithmetic with what one does: boosting split over
 * several nodes, forests that vote or are stacked under a linear model, 1 − p beside p. SHAP values of a sum are sums of SHAP values, so nothing is lost.
 *
 * @param outputs tensors that a caller can have, the wanted first
 * @returns null where the graph does more than that
 */
export function sumOf(model: OnnxModel, outputs: readonly string[], parts: ReadonlyMap<NodeProto, Part>): Sum | null {
  const leaf = (core: NodeProto): readonly Form[] | null => {
    const part = parts.get(core);
    const own = part === undefined ? null : affine(part.link);
    return own?.map(({ score, sign, shift }) => ({ shift, terms: [{ core, column: score, scale: sign }] })) ?? null;
  };
  for (const output of outputs) {
    const found = expressionOf(output, model, leaf);
    if (found === null || found.columns.every(({ terms }) => terms.length === 0)) continue;
    const { columns, places } = merged([...parts.values()]);
    const { forms, joined } = outputsOf(found);
    return { ensemble: together(forms, parts, places, columns.length), link: joined, columns, output };
  }
  return null;
}

/** Two columns that are p and 1 − p share one score. */
function outputsOf({ link: name, columns }: Expression): { forms: readonly Form[]; joined: Link } {
  if (name === 'logistic' && mirrored(columns)) return { forms: [columns[1]!], joined: link('logistic-pair', 1) };
  return { forms: columns, joined: link(name, columns.length) };
}

/** The columns of all parts, those prepared alike once, and where each part's own went. */
function merged(parts: readonly Part[]): {
  columns: readonly Column[];
  places: ReadonlyMap<Part, readonly number[]>;
} {
  const columns: Column[] = [];
  const placesFrom = new Map<number, number[]>();
  const alike = (one: Column, other: Column): boolean =>
    one.steps.length === other.steps.length && one.steps.every((step, i) => step === other.steps[i]);
  const placeOf = (column: Column): number => {
    const places = placesFrom.get(column.from) ?? [];
    const found = places.find((place) => alike(columns[place]!, column));
    if (found !== undefined) return found;
    const place = columns.push(column) - 1;
    placesFrom.set(column.from, [...places, place]);
    return place;
  };
  return { places: new Map(parts.map((part) => [part, part.columns.map(placeOf)])), columns };
}

function together(
  forms: readonly Form[],
  parts: ReadonlyMap<NodeProto, Part>,
  places: ReadonlyMap<Part, readonly number[]>,
  features: number,
): Ensemble {
  const scores = forms.length;
  const base = Float64Array.from(forms, ({ shift }) => shift);
  const trees: Tree[] = [];
  for (const [core, part] of parts) {
    const { ensemble } = part;
    // By score of the part, by score of the sum.
    const scale = new Float64Array(ensemble.scores * scores);
    forms.forEach(({ terms }, k) => {
      for (const term of terms) if (term.core === core) scale[term.column * scores + k]! += term.scale;
    });
    if (scale.every((by) => by === 0)) continue;
    const spread = (of: Float64Array): Float64Array =>
      Float64Array.from({ length: (of.length / ensemble.scores) * scores }, (_, i) => {
        const row = Math.floor(i / scores);
        let sum = 0;
        for (let own = 0; own < ensemble.scores; own++)
          sum += of[row * ensemble.scores + own]! * scale[own * scores + (i % scores)]!;
        return sum;
      });
    spread(ensemble.base).forEach((value, k) => (base[k]! += value));
    const own = places.get(part)!;
    for (const tree of ensemble.trees)
      trees.push({
        ...tree,
        feature: tree.feature.map((feature) => (feature < 0 ? feature : own[feature]!)),
        value: spread(tree.value),
      });
  }
  return { trees, features, scores, base, covers: [...parts.values()].every(({ ensemble }) => ensemble.covers) };
}
