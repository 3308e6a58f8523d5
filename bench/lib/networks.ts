/** Random networks to explain. */
import { buildModel, FLOAT32, floatTensor, node, valueInfo } from '../../kernel/common/onnx/build.ts';

/** An ONNX network of two hidden layers: X (rows × features) → Y (rows × 1). */
export function network(
  features: number,
  hidden: number,
  kind: 'ReLU' | 'tanh' | 'logistic',
  random: () => number,
): Uint8Array {
  const normal = (): number => Array.from({ length: 12 }, random).reduce((a, b) => a + b, -6);
  const layer = (name: string, from: number, to: number): ReturnType<typeof floatTensor>[] => [
    floatTensor(
      `w${name}`,
      [from, to],
      Float32Array.from({ length: from * to }, () => (2 * normal()) / Math.sqrt(from)),
    ),
    floatTensor(
      `b${name}`,
      [to],
      Float32Array.from({ length: to }, () => normal() / 2),
    ),
  ];
  const bend = kind === 'tanh' ? 'Tanh' : 'Relu';
  return buildModel({
    name: 'network',
    inputs: [valueInfo('X', FLOAT32, ['rows', features])],
    outputs: [valueInfo('Y', FLOAT32, ['rows', 1])],
    initializers: [...layer('1', features, hidden), ...layer('2', hidden, hidden), ...layer('3', hidden, 1)],
    nodes: [
      node('Gemm', ['X', 'w1', 'b1'], ['h1']),
      node(bend, ['h1'], ['a1']),
      node('Gemm', ['a1', 'w2', 'b2'], ['h2']),
      node(bend, ['h2'], ['a2']),
      node('Gemm', ['a2', 'w3', 'b3'], [kind === 'logistic' ? 's' : 'Y']),
      ...(kind === 'logistic' ? [node('Sigmoid', ['s'], ['Y'])] : []),
    ],
  });
}
