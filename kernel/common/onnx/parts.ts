import { concatBytes } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import { FIELD, TENSOR } from './schema.ts';
import { bytesField, changed, decode, rawFields } from './wire.ts';

/** As much of a model as tells where its tensors lie. */
const PLACES = { graph: [7, { initializer: [5, [{ external: [13, TENSOR.external[1]] }]] }] } as const;
const RAW = 9;
const EXTERNAL = 13;
const LOCATION = 14;

/**
 * An ONNX model that keeps tensors in files beside its own, as PyTorch saves it, in one piece. All other bytes are given back as they are.
 *
 * @param read a file in the model's folder, by its name
 * @throws MODEL_UNSUPPORTED for a part in another folder, MODEL_INVALID for one that is too short, and as `read` does
 */
export async function inOnePiece(bytes: Uint8Array, read: (name: string) => Promise<Uint8Array>): Promise<Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const name of partsOf(bytes)) {
    // The file says which others are read: no more than those that lie beside it.
    if (/[/\\]|^\./u.test(name))
      throw new AssayError(
        'MODEL_UNSUPPORTED',
        `The model keeps tensors in “${name}”; Assay reads parts only from its own folder. Save it as one file.`,
      );
    files.set(name, await read(name));
  }
  if (files.size === 0) return bytes;
  const tensor = (body: Uint8Array): Uint8Array => {
    const { external = [], name } = decode(TENSOR, body);
    if (external.length === 0) return body;
    const entry = (key: string): string | undefined => external.find((item) => item.key === key)?.value;
    const file = files.get(entry('location') ?? '')!;
    const start = Number(entry('offset') ?? 0);
    const end = start + Number(entry('length') ?? file.length - start);
    if (!(start >= 0 && end >= start && end <= file.length))
      throw new AssayError(
        'MODEL_INVALID',
        `“${name}” lies at bytes ${start} to ${end} of ${entry('location')}, which has ${file.length}.`,
      );
    const rest = rawFields(body).filter(({ field }) => field !== EXTERNAL && field !== LOCATION && field !== RAW);
    return concatBytes([...rest.map(({ raw }) => raw), bytesField(RAW, file.subarray(start, end))]);
  };
  return changed(bytes, FIELD.modelGraph, (graph) => changed(graph, FIELD.graphInitializer, tensor));
}

/** Names of the files that a model's tensors lie in; none when these bytes are no model. */
function partsOf(bytes: Uint8Array): ReadonlySet<string> {
  try {
    const tensors = decode(PLACES, bytes).graph?.initializer ?? [];
    const places = tensors.flatMap(({ external }) => external?.find(({ key }) => key === 'location')?.value ?? []);
    return new Set(places);
  } catch {
    return new Set();
  }
}
