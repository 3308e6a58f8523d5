import ln from '@stdlib/math-base-special-ln';
import { layerOf } from './affine.ts';
import { attributesOf } from './attributes.ts';
import { chosenOf, constantOf, perColumn } from './constants.ts';
import { graphOf } from './graph.ts';
import { type Linear, readLinear } from './linear.ts';
import type { LinkName } from './link.ts';
import type { OnnxModel } from './model.ts';
import type { NodeProto } from './schema.ts';

/** A number that a graph makes of a row: shift + Σ scale × score of a model in it. */
export interface Form {
  readonly shift: number;
  readonly terms: readonly { readonly core: NodeProto; readonly column: number; readonly scale: number }[];
}

/** Columns of a tensor, each through the same link. */
export interface Expression {
  readonly link: LinkName;
  readonly columns: readonly Form[];
}

/**
 * What a tensor is made of, where that is arithmetic over the outputs of models: Add, Sub, Sum, Mean, Mul and Div by constants, Neg, Concat of columns,
 * ReduceSum and ReduceMean over them, a linear model of them, then at most one Sigmoid, Softmax or Exp. Null when it is more than that.
 *
 * @param leaf the columns that a model puts out, given its node; null when they are no sum of scores
 */
export function expressionOf(
  name: string,
  model: OnnxModel,
  leaf: (node: NodeProto) => readonly Form[] | null,
): Expression | null {
  const { makers } = graphOf(model);
  const known = new Map<string, Expression | null>();

  function of(tensor: string | undefined): Expression | null {
    if (tensor === undefined) return null;
    if (!known.has(tensor)) {
      known.set(tensor, null);
      known.set(tensor, made(tensor));
    }
    return known.get(tensor) ?? null;
  }

  function made(tensor: string): Expression | null {
    const node = makers.get(tensor);
    if (node === undefined) return null;
    const columns = leaf(node);
    if (columns !== null)
      return node.output?.[node.opType?.endsWith('Classifier') === true ? 1 : 0] === tensor ? plain(columns) : null;
    const inputs = node.input ?? [];
    switch (node.opType) {
      case 'MatMul':
      case 'Gemm':
        return combined(layerOf(node, model), of(inputs[0]));
      case 'LinearRegressor':
      case 'LinearClassifier':
        return stacked(node, of(inputs[0]), tensor);
      case 'Normalizer':
        return attributesOf(node).text('norm') === 'L1' ? shares(of(inputs[0])) : null;
      case 'Identity':
        return of(inputs[0]);
      case 'Cast':
        return [1, 11].includes(attributesOf(node).int('to') ?? 0) ? of(inputs[0]) : null;
      case 'Reshape':
      case 'Flatten':
      case 'Squeeze':
        return reshaped(node, of(inputs[0]));
      case 'ArrayFeatureExtractor':
      case 'Gather':
      case 'Slice':
        return chosen(chosenOf(node, model), of(inputs[0]));
      case 'Sigmoid':
        return linked(of(inputs[0]), 'logistic');
      case 'Exp':
        return linked(of(inputs[0]), 'exp');
      case 'Softmax':
        return [undefined, 1, -1].includes(attributesOf(node).int('axis')) ? linked(of(inputs[0]), 'softmax') : null;
      case 'Concat':
        return [1, -1].includes(attributesOf(node).int('axis') ?? 0) ? joined(inputs.map(of)) : null;
      case 'ReduceSum':
      case 'ReduceMean':
        return reduced(node, of(inputs[0]));
      case 'Neg':
        return moved(of(inputs[0]), -1, () => 1, 0);
      case 'Sum':
        return inputs.map(of).reduce((sum, next) => added(sum, next, 1));
      case 'Mean':
        return moved(
          inputs.map(of).reduce((sum, next) => added(sum, next, 1)),
          1 / inputs.length,
          () => 1,
          0,
        );
      default:
        return arithmetic(node, inputs);
    }
  }

  function reshaped(node: NodeProto, inner: Expression | null): Expression | null {
    if (inner === null) return null;
    const form = node.opType === 'Reshape' ? constantOf(model, node.input?.[1])?.data : undefined;
    const { length } = inner.columns;
    return length === 1 || (form?.length === 2 && form[1] === length) ? inner : null;
  }

  /** Tensors laid upon each other, each reshaped to (1, rows, columns) first: as a bag of models is averaged. */
  function layers(name: string | undefined): readonly (Expression | null)[] | null {
    const pile = makers.get(name ?? '');
    if (pile?.opType !== 'Concat' || attributesOf(pile).int('axis') !== 0) return null;
    return (pile.input ?? []).map((layer) => {
      const node = makers.get(layer);
      const form = node?.opType === 'Reshape' ? constantOf(model, node.input?.[1])?.data : undefined;
      const inner = form?.length === 3 && form[0] === 1 && form[1] === -1 ? of(node?.input?.[0]) : null;
      return inner?.columns.length === form?.[2] ? inner : null;
    });
  }

  function reduced(node: NodeProto, inner: Expression | null): Expression | null {
    const axes = attributesOf(node).ints('axes') ?? constantOf(model, node.input?.[1])?.data;
    const pile = axes?.length === 1 && axes[0] === 0 ? layers(node.input?.[0]) : null;
    if (pile !== null && attributesOf(node).int('keepdims') === 0) {
      const sum = pile.reduce((total, next) => added(total, next, 1));
      return moved(sum, node.opType === 'ReduceMean' ? 1 / pile.length : 1, () => 1, 0);
    }
    if (inner === null || inner.link !== 'none' || axes?.length !== 1 || ![1, -1].includes(axes[0]!)) return null;
    const all = inner.columns.map((column) => plain([column]));
    const sum = all.reduce<Expression | null>((a, b) => (a === null ? b : added(a, b, 1)), null);
    return moved(sum, node.opType === 'ReduceMean' ? 1 / all.length : 1, () => 1, 0);
  }

  function arithmetic({ opType }: NodeProto, [one, two]: readonly string[]): Expression | null {
    const constants = [constantOf(model, one), constantOf(model, two)];
    const [first, second] = constants;
    if (first === null && second === null) {
      if (opType !== 'Add' && opType !== 'Sub') return null;
      return added(of(one), of(two), opType === 'Sub' ? -1 : 1);
    }
    const inner = of(first === null ? one : two);
    const constant = (first ?? second)!;
    const number = perColumn(constant);
    if (inner === null || number === null) return null;
    if (constant.data.length > 1 && constant.data.length !== inner.columns.length) return null;
    if (opType === 'Add') return moved(inner, 1, () => 1, number);
    if (opType === 'Sub')
      return first === null
        ? moved(
            inner,
            1,
            () => 1,
            (k) => -number(k),
          )
        : moved(inner, -1, () => 1, number);
    if (opType === 'Mul') return moved(inner, 1, number, 0);
    return opType === 'Div' && first === null ? moved(inner, 1, (k) => 1 / number(k), 0) : null;
  }

  return of(name);
}

const plain = (columns: readonly Form[]): Expression => ({ link: 'none', columns });

function linked(inner: Expression | null, link: LinkName): Expression | null {
  return inner === null || inner.link !== 'none' ? null : { ...inner, link };
}

/** Some columns of several. Softmax looks at all of them: one alone is no softmax. */
function chosen(columns: readonly number[] | null, inner: Expression | null): Expression | null {
  if (columns === null || inner === null || inner.link === 'softmax') return null;
  if (columns.some((k) => k >= inner.columns.length)) return null;
  return { ...inner, columns: columns.map((k) => inner.columns[k]!) };
}

/** A linear model of what others put out. */
function stacked(node: NodeProto, inner: Expression | null, tensor: string): Expression | null {
  const classifier = node.opType === 'LinearClassifier';
  if (node.output?.[classifier ? 1 : 0] !== tensor) return null;
  const { linear, link } = readLinear(node);
  const scores = combined(linear, inner);
  if (scores === null || link.name === 'none') return scores;
  if (link.name === 'softmax' || link.name === 'logistic') return linked(scores, link.name);
  if (link.name !== 'logistic-pair') return null;
  return { link: 'logistic', columns: [scaled(scores.columns[0]!, -1, 0), scores.columns[0]!] };
}

/** Shares of one: where columns are that already, dividing by their sum changes nothing. */
const shares = (inner: Expression | null): Expression | null =>
  inner?.link === 'softmax' || (inner?.link === 'logistic' && mirrored(inner.columns)) ? inner : null;

/** Whether two columns are the negative of each other: their probabilities are p and 1 − p. */
export function mirrored([first, second, ...more]: readonly Form[]): boolean {
  if (first === undefined || second === undefined || more.length > 0) return false;
  if (first.shift !== -second.shift || first.terms.length !== second.terms.length) return false;
  return first.terms.every(({ core, column, scale }, i) => {
    const other = second.terms[i]!;
    return other.core === core && other.column === column && other.scale === -scale;
  });
}

function combined(layer: Linear | null, inner: Expression | null): Expression | null {
  if (layer === null || inner === null || inner.link !== 'none' || inner.columns.length !== layer.features) return null;
  const { features, scores, weights, intercept } = layer;
  return plain(
    Array.from({ length: scores }, (_, k) => {
      const parts = inner.columns.map((column, j) => scaled(column, weights[k * features + j]!, 0));
      return {
        shift: parts.reduce((total, { shift }) => total + shift, intercept[k]!),
        terms: parts.flatMap(({ terms }) => terms),
      };
    }),
  );
}

/** sign × by(k) × column + shift. Of a probability only 1 − p is read: it is that of the negated score. */
function moved(
  inner: Expression | null,
  sign: number,
  by: (column: number) => number,
  shift: 0 | ((column: number) => number),
): Expression | null {
  if (inner === null) return null;
  const start = shift === 0 ? (): number => 0 : shift;
  if (inner.link !== 'none') {
    const all = inner.columns.map((_, k) => sign * by(k));
    // e^s × c is e^(s + ln c).
    if (inner.link === 'exp' && all.every((c, k) => c > 0 && start(k) === 0))
      return { ...inner, columns: inner.columns.map((column, k) => scaled(column, 1, ln(all[k]!))) };
    const turns = inner.columns.every((_, k) => sign * by(k) === -1 && start(k) === 1);
    return inner.link === 'logistic' && turns
      ? { ...inner, columns: inner.columns.map((column) => scaled(column, -1, 0)) }
      : null;
  }
  return plain(inner.columns.map((column, k) => scaled(column, sign * by(k), start(k))));
}

const scaled = ({ shift, terms }: Form, by: number, more: number): Form => ({
  shift: by * shift + more,
  terms: terms.map((term) => ({ ...term, scale: by * term.scale })),
});

/** one + sign × other, where one of them may have a single column for all. */
function added(one: Expression | null, other: Expression | null, sign: number): Expression | null {
  if (one === null || other === null || one.link !== 'none' || other.link !== 'none') return null;
  const count = Math.max(one.columns.length, other.columns.length);
  if ([one, other].some(({ columns }) => columns.length !== count && columns.length !== 1)) return null;
  const at = ({ columns }: Expression, k: number): Form => columns[columns.length === 1 ? 0 : k]!;
  return plain(
    Array.from({ length: count }, (_, k) => {
      const second = scaled(at(other, k), sign, 0);
      const first = at(one, k);
      return { shift: first.shift + second.shift, terms: [...first.terms, ...second.terms] };
    }),
  );
}

function joined(parts: readonly (Expression | null)[]): Expression | null {
  const link = parts[0]?.link ?? 'none';
  const columns: Form[] = [];
  for (const part of parts) {
    // Softmax looks at all columns of one tensor: several side by side are no softmax.
    if (part === null || part.link !== link || (link === 'softmax' && parts.length > 1)) return null;
    columns.push(...part.columns);
  }
  return { link, columns };
}
