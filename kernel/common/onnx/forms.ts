import { type Attributes, attributesOf } from './attributes.ts';
import type { Constant } from './constants.ts';
import type { NodeProto } from './schema.ts';
import type { Source } from './source.ts';

/** Steps that only change the tensor's form, or choose among its columns: texts go through these, too. */
export function formed(node: NodeProto, input: Source, constants: readonly (Constant | null)[]): Source | null {
  const attributes = attributesOf(node);
  const { width, rank } = input;
  switch (node.opType) {
    case 'Identity':
    case 'Dropout':
      return input;
    case 'Flatten':
      return [undefined, 1].includes(attributes.int('axis')) ? { ...input, rank: 2, depth: 1 } : null;
    case 'Reshape': {
      const form = constants[1]?.data;
      // A form that the graph works out can hardly be another for a single column.
      if (form === undefined) return width === 1 ? input : null;
      const [first, second] = form;
      const flat = form.length === 1 && first === -1 && width === 1;
      const matrix =
        form.length === 2 && (first === -1 ? second === width : first === 0 && [width, -1].includes(second!));
      return flat || matrix ? { ...input, rank: form.length, depth: 1 } : null;
    }
    case 'Squeeze':
    case 'Unsqueeze': {
      // Axis 0 is that of the rows.
      const axes = attributes.ints('axes') ?? constants[1]?.data ?? [-1];
      const [axis] = axes;
      if (axes.length !== 1 || (axis !== -1 && axis !== 1)) return null;
      if (node.opType === 'Unsqueeze') return width === 1 && rank === 1 ? { ...input, rank: 2 } : null;
      const empty = axis === 1 && rank === 3 ? input.depth === 1 : width === 1;
      return empty && rank > 1 ? { ...input, rank: rank - 1, depth: 1 } : null;
    }
    case 'Slice':
      return rank > 2 ? null : sliced(input, attributes, constants);
    case 'ArrayFeatureExtractor':
    case 'Gather': {
      const chosen = constants[1];
      const axis = node.opType === 'Gather' ? (attributes.int('axis') ?? 0) : -1;
      if (chosen == null || width === null || input.depth > 1 || ![-1, rank - 1].includes(axis)) return null;
      const flat = node.opType === 'Gather' && chosen.dims.length === 0;
      if (chosen.dims.length > 1 && node.opType === 'Gather') return null;
      const at = chosen.data.map((j) => (j < 0 ? j + width : j));
      return { ...input, width: at.length, rank: flat ? rank - 1 : rank, column: (j) => input.column(at[j] ?? -1) };
    }
    default:
      return null;
  }
}

/** Columns from one to another. Counted from the end where negative; the standard has numbers past the end mean the end. */
function sliced(input: Source, attributes: Attributes, constants: readonly (Constant | null)[]): Source | null {
  const list = (name: string, at: number): readonly number[] | undefined =>
    attributes.ints(name) ?? constants[at]?.data;
  const [starts, ends] = [list('starts', 1), list('ends', 2)];
  const [axes, steps] = [list('axes', 3) ?? [0], list('steps', 4) ?? [1]];
  if (input.width === null || starts?.length !== 1 || ends?.length !== 1) return null;
  if (axes.length !== 1 || ![1, -1].includes(axes[0]!) || steps.some((step) => step !== 1)) return null;
  const { width } = input;
  const place = (at: number): number => Math.max(0, Math.min(width, at < 0 ? at + width : at));
  const [start, end] = [place(starts[0]!), place(ends[0]!)];
  return { ...input, width: Math.max(0, end - start), column: (j) => input.column(start + j) };
}
