import { describedFeatures, type Feature, METADATA } from '#common/onnx/features.ts';
import { featuresOf, recognise } from '#common/onnx/known.ts';
import type { OnnxModel, Port } from '#common/onnx/model.ts';
import { depthOf } from '#common/onnx/trees.ts';

export interface Description {
  /** `trees` and `linear` can be explained exactly whatever their size; `other` by enumeration of up to 16 features, else by a sample. */
  readonly kind: 'trees' | 'linear' | 'other';
  /** Why it is `other`. */
  readonly reason: string | null;
  readonly bytes: number;
  readonly producer: string;
  readonly irVersion: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** How many nodes of each operator the graph has. */
  readonly operators: Readonly<Record<string, number>>;
  /** Columns it takes, where the file says so. */
  readonly width: number | null;
  readonly features: readonly Feature[] | null;
  readonly labels: readonly string[] | null;
  /** What stands between scores and outputs; null when `other`. */
  readonly link: string | null;
  readonly trees: {
    readonly count: number;
    readonly nodes: number;
    readonly leaves: number;
    readonly depth: number;
    readonly covers: boolean;
  } | null;
  readonly target: string | null;
  readonly training: unknown;
  readonly metadata: Readonly<Record<string, string>>;
}

/** @throws MODEL_INVALID when the ensemble in it is damaged */
export function describe(model: OnnxModel): Description {
  const { proto, inputs, outputs, metadata, bytes } = model;
  const known = recognise(model);
  const operators: Record<string, number> = {};
  for (const { opType } of proto.graph?.node ?? []) operators[opType ?? ''] = (operators[opType ?? ''] ?? 0) + 1;
  const own = new Set<string>(Object.values(METADATA));
  return {
    kind: known.kind,
    reason: known.kind === 'other' ? known.reason : null,
    bytes: bytes.length,
    producer: [proto.producerName, proto.producerVersion].filter(Boolean).join(' '),
    irVersion: proto.irVersion ?? 0,
    opsets: Object.fromEntries(
      (proto.opsetImport ?? []).map(({ domain, version }) => [domain || 'ai.onnx', version ?? 0]),
    ),
    inputs,
    outputs,
    operators,
    width:
      known.kind === 'other'
        ? inputs.length === 1
          ? (inputs[0]!.shape[1] ?? null)
          : inputs.length
        : featuresOf(known),
    features: describedFeatures(model),
    labels: known.kind === 'other' ? null : known.labels,
    link: known.kind === 'other' ? null : known.link.name,
    trees:
      known.kind === 'trees'
        ? {
            count: known.ensemble.trees.length,
            nodes: known.ensemble.trees.reduce((sum, { feature }) => sum + feature.length, 0),
            leaves: known.ensemble.trees.reduce((sum, { feature }) => sum + (feature.length + 1) / 2, 0),
            depth: known.ensemble.trees.reduce((most, tree) => Math.max(most, depthOf(tree)), 0),
            covers: known.ensemble.covers,
          }
        : null,
    target: metadata[METADATA.target] ?? null,
    training: metadata[METADATA.training] === undefined ? null : parsed(metadata[METADATA.training]!),
    metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => !own.has(key))),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
