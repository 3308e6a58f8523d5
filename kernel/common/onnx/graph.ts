import type { OnnxModel } from './model.ts';
import type { NodeProto, TensorProto } from './schema.ts';

/** Where each tensor of a graph comes from and goes to. */
interface Graph {
  /** Nodes whose results reach an output of numbers. */
  readonly live: readonly NodeProto[];
  readonly makers: ReadonlyMap<string, NodeProto>;
  /** Live nodes that take a tensor, each once. */
  readonly users: ReadonlyMap<string, readonly NodeProto[]>;
  readonly initializers: ReadonlyMap<string, TensorProto>;
}

const graphs = new WeakMap<OnnxModel, Graph>();

/**
 * A model's graph by tensor. Classifiers put out a label beside their numbers, and take steps for it that change no number: those are not `live`.
 */
export function graphOf(model: OnnxModel): Graph {
  const known = graphs.get(model);
  if (known !== undefined) return known;
  const { node: nodes = [], initializer = [] } = model.proto.graph ?? {};
  const makers = new Map(nodes.flatMap((node) => (node.output ?? []).map((name) => [name, node] as const)));
  const numbers = model.outputs.filter(({ type }) => type.startsWith('float') || ['map', 'sequence'].includes(type));
  const used = new Set<NodeProto>();
  const waiting = (numbers.length === 0 ? model.outputs : numbers).map(({ name }) => name);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const maker = makers.get(name);
    if (maker === undefined || used.has(maker)) continue;
    used.add(maker);
    waiting.push(...(maker.input ?? []));
  }
  const live = nodes.filter((node) => used.has(node));
  const users = new Map<string, NodeProto[]>();
  for (const node of live)
    for (const name of new Set(node.input)) {
      const list = users.get(name);
      if (list === undefined) users.set(name, [node]);
      else list.push(node);
    }
  const graph = { live, makers, users, initializers: new Map(initializer.map((item) => [item.name ?? '', item])) };
  graphs.set(model, graph);
  return graph;
}
