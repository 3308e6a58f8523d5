/** Random graphs of what pipelines do before and after a model, for comparison with onnxruntime. */
import type { TableData } from '#common/data.ts';
import { Table } from '#common/data/table.ts';
import { buildModel, FLOAT32, FLOAT64, floatTensor, INT64, node, STRING, valueInfo } from './build.ts';
import type { NodeProto, TensorProto, ValueInfoProto } from './schema.ts';

export interface RandomGraph {
  readonly bytes: Uint8Array;
  readonly table: TableData;
}

const ML = 'ai.onnx.ml';
const ROWS = 12;
const WORDS = ['red', 'green', 'blue', 'grey'];
const NUMBERS = [-2, -1, -0.5, 0, 0.5, 1, 2, 3];

type Type = 'float' | 'double' | 'int' | 'text';
interface Wire {
  readonly name: string;
  readonly type: Type;
  readonly rank: number;
  readonly width: number;
  /** Of three axes, the middle one. */
  readonly depth: number;
}

/** @param random numbers from 0 to 1 @param odd whether some values are missing or infinite */
export function randomGraph(random: () => number, odd = false): RandomGraph {
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const inputs: ValueInfoProto[] = [];
  const columns: Record<string, Float64Array | readonly string[]> = {};
  let count = 0;
  const fresh = (): string => `t${count++}`;
  const ints = (values: readonly number[], dims = [values.length]): string => {
    const name = fresh();
    initializers.push({ name, dims, dataType: INT64, int64s: values });
    return name;
  };
  const floats = (values: readonly number[], dims = [values.length]): string => {
    const name = fresh();
    initializers.push(floatTensor(name, dims, values));
    return name;
  };
  const add = (
    from: Wire,
    opType: string,
    more: readonly string[],
    attributes: Parameters<typeof node>[3],
    change: Partial<Wire>,
    domain = '',
  ): Wire => {
    const name = fresh();
    nodes.push(node(opType, [from.name, ...more], [name], attributes, domain));
    return { ...from, depth: 1, ...change, name };
  };
  const wires: Wire[] = [];
  const draw = {
    float: () => (odd && random() < 0.15 ? pick([NaN, NaN, Infinity, -Infinity]) : pick(NUMBERS)),
    int: () => below(5),
    text: () => pick([...WORDS, 'other']),
  };
  if (random() < 0.5) {
    const width = 2 + below(4);
    inputs.push(valueInfo('X', FLOAT32, ['N', width]));
    for (let j = 0; j < width; j++) columns[`c${j}`] = Float64Array.from({ length: ROWS }, draw.float);
    wires.push({ name: 'X', type: 'float', rank: 2, width, depth: 1 });
  } else
    for (let j = 0; j < 3 + below(3); j++) {
      const name = `c${j}`;
      const type = pick(['float', 'int', 'text'] as const);
      const rank = pick([1, 2, 2]);
      const dims = rank === 1 ? ['N'] : ['N', 1];
      inputs.push(valueInfo(name, { float: FLOAT32, int: INT64, text: STRING }[type], dims));
      columns[name] =
        type === 'text'
          ? Array.from({ length: ROWS }, draw.text)
          : Float64Array.from({ length: ROWS }, type === 'int' ? draw.int : draw.float);
      wires.push({ name, type, rank, width: 1, depth: 1 });
    }

  const shapes = (of: Wire): (() => Wire)[] => {
    const { rank, width, depth } = of;
    const some = Array.from({ length: 1 + below(3) }, () => below(width));
    if (rank === 3)
      return [
        () => add(of, 'Reshape', [ints([-1, width])], {}, { rank: 2 }),
        () => add(of, 'Flatten', [], {}, { rank: 2 }),
        ...(depth > 1
          ? []
          : [
              () => add(of, 'Squeeze', [ints([1])], {}, { rank: 2 }),
              () => add(of, 'Gather', [ints(some)], { axis: { i: -1 } }, { width: some.length }),
            ]),
      ];
    if (rank === 1)
      return [
        () => add(of, 'Reshape', [ints([-1, 1])], {}, { rank: 2 }),
        () => add(of, 'Unsqueeze', [ints([1])], {}, { rank: 2 }),
      ];
    return [
      () => add(of, 'Identity', [], {}, {}),
      () => add(of, 'ArrayFeatureExtractor', [ints(some)], {}, { width: some.length }, ML),
      () =>
        add(
          of,
          'Gather',
          [ints(some.map((j) => (random() < 0.3 ? j - width : j)))],
          { axis: { i: 1 } },
          { width: some.length },
        ),
      () => add(of, 'Gather', [ints([below(width)], [])], { axis: { i: 1 } }, { width: 1, rank: 1 }),
      () => {
        const [start, end] = [below(width), width + below(3)];
        return add(of, 'Slice', [ints([start]), ints([end]), ints([1])], {}, { width: width - start });
      },
      ...(width === 1 ? [() => add(of, 'Squeeze', [ints([1])], {}, { rank: 1 })] : []),
    ];
  };
  const number = (of: Wire): (() => Wire)[] => {
    const { width } = of;
    const each = (): number[] => Array.from({ length: width }, () => pick([0.5, 1, 2, -1, 0.25]));
    const one = (): string =>
      of.rank === 1 || random() < 0.5 ? floats([pick([0.5, 2, -1])], []) : floats(each(), [1, width]);
    return [
      ...['Abs', 'Neg', 'Floor', 'Ceil'].map((op) => () => add(of, op, [], {}, {})),
      ...['Add', 'Sub', 'Mul', 'Div'].map((op) => () => add(of, op, [one()], {}, {})),
      () => add(of, 'Clip', [floats([-1], []), floats([1.5], [])], {}, {}),
      () => add(of, 'Cast', [], { to: { i: INT64 } }, { type: 'int' }),
      ...(of.rank === 2
        ? [
            () =>
              add(of, 'Scaler', [], { offset: Float32Array.from(each()), scale: Float32Array.from(each()) }, {}, ML),
            () => add(of, 'Binarizer', [], { threshold: { f: 0.5 } }, {}, ML),
            () =>
              add(
                of,
                'Imputer',
                [],
                { imputed_value_floats: Float32Array.from(each()), replaced_value_float: { f: 0.5 } },
                {},
                ML,
              ),
          ]
        : []),
    ];
  };
  const encode = (of: Wire): (() => Wire)[] => {
    const words = WORDS.filter(() => random() < 0.7);
    const list = words.length === 0 ? ['red'] : words;
    const depth = of.rank === 1 ? 1 : of.width;
    if (of.type === 'text')
      return [
        () =>
          add(
            of,
            'OneHotEncoder',
            [],
            { cats_strings: list, zeros: { i: 1 } },
            { type: 'float', rank: of.rank + 1, width: of.width * list.length, depth },
            ML,
          ),
        () =>
          add(
            of,
            'LabelEncoder',
            [],
            { keys_strings: list, values_int64s: list.map((_, i) => 3 - i) },
            { type: 'int' },
            ML,
          ),
        () =>
          add(
            of,
            'LabelEncoder',
            [],
            { keys_strings: list, values_floats: Float32Array.from(list, (_, i) => i / 2), default_float: { f: 7 } },
            { type: 'float' },
            ML,
          ),
      ];
    return [
      () =>
        add(
          of,
          'OneHotEncoder',
          [],
          { cats_int64s: [0, 1, 3], zeros: { i: 1 } },
          { type: 'float', rank: of.rank + 1, width: of.width * 3, depth },
          ML,
        ),
      () =>
        add(
          of,
          'LabelEncoder',
          [],
          { keys_int64s: [0, 1, 2], values_int64s: [5, 0, 2], default_int64: { i: -3 } },
          { type: 'int' },
          ML,
        ),
      () =>
        add(
          of,
          'LabelEncoder',
          [],
          { keys_int64s: [0, 2], values_floats: Float32Array.of(0.5, -1), default_float: { f: 2 } },
          { type: 'float' },
          ML,
        ),
      () => add(of, 'Cast', [], { to: { i: FLOAT32 } }, { type: 'float' }),
    ];
  };
  const step = (of: Wire): Wire => {
    if (of.rank === 3 || random() < 0.3) return pick(shapes(of))();
    if (of.type === 'text') return pick([...encode(of), ...shapes(of)])();
    return pick(of.type === 'int' ? encode(of) : [...number(of), ...shapes(of)])();
  };
  for (let i = 0; i < 2 + below(7); i++) wires.push(step(pick(wires)));

  const matrix = (wire: Wire): Wire => {
    let of = wire;
    if (of.type === 'text') of = encode(of)[0]!();
    while (of.rank !== 2) of = pick(shapes(of))();
    return of.type === 'int'
      ? add(of, 'Cast', [], { to: { i: random() < 0.2 ? FLOAT64 : FLOAT32 } }, { type: 'float' })
      : of;
  };
  const parts = wires.filter(() => random() < 0.7);
  const taken = (parts.length === 0 ? wires.slice(-1) : parts).map(matrix);
  const whole = taken.map((part) => add(part, 'Cast', [], { to: { i: FLOAT32 } }, {}));
  const width = whole.reduce((sum, part) => sum + part.width, 0);
  nodes.push(
    node(
      'Concat',
      whole.map(({ name }) => name),
      ['Z'],
      { axis: { i: pick([1, -1]) } },
    ),
  );
  const scores = 1 + below(3);
  if (random() < 0.3)
    nodes.push(
      node(
        'LinearRegressor',
        ['Z'],
        ['S'],
        {
          coefficients: Float32Array.from({ length: scores * width }, () => pick(NUMBERS)),
          intercepts: Float32Array.from({ length: scores }, () => pick(NUMBERS)),
          targets: { i: scores },
        },
        ML,
      ),
    );
  else nodes.push(stumps(width, scores, below, pick));
  const last =
    random() < 0.4 && scores > 1 ? ['ArrayFeatureExtractor', ML, ints([scores - 1])] : ['Identity', '', null];
  nodes.push(node(last[0]!, last[2] === null ? ['S'] : ['S', last[2]!], ['Y'], {}, last[1]!));
  return {
    bytes: buildModel({ name: 'random', inputs, outputs: [valueInfo('Y', FLOAT32, ['N', 'k'])], nodes, initializers }),
    table: Table.fromColumns(columns),
  };
}

/** Trees of one decision: each column of the matrix decides at least once. */
function stumps(
  width: number,
  scores: number,
  below: (n: number) => number,
  pick: <T>(from: readonly T[]) => T,
): NodeProto {
  const trees = Array.from({ length: 2 * width }, (_, t) => t);
  const leaves = trees.flatMap((t) => [1, 2].map((leaf) => ({ t, leaf })));
  const three = (of: (t: number) => number): number[] => trees.flatMap((t) => [of(t), 0, 0]);
  return node(
    'TreeEnsembleRegressor',
    ['Z'],
    ['S'],
    {
      nodes_treeids: trees.flatMap((t) => [t, t, t]),
      nodes_nodeids: trees.flatMap(() => [0, 1, 2]),
      nodes_featureids: three((t) => t % width),
      nodes_values: Float32Array.from(three(() => pick([0.5, 0, 1, 2, -0.25]))),
      nodes_modes: trees.flatMap(() => ['BRANCH_LEQ', 'LEAF', 'LEAF']),
      nodes_truenodeids: three(() => 1),
      nodes_falsenodeids: three(() => 2),
      target_treeids: leaves.map(({ t }) => t),
      target_nodeids: leaves.map(({ leaf }) => leaf),
      target_ids: leaves.map(({ t }) => t % scores),
      target_weights: Float32Array.from(leaves, () => below(64) / 8),
      n_targets: { i: scores },
    },
    ML,
  );
}
