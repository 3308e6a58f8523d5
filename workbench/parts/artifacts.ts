import type { Digest } from '#common/data.ts';
import type { MethodManifest } from '#common/plugin.ts';
import { isDigest } from '#common/bytes.ts';
import { isRecord } from '#common/reference.ts';

/** An artifact that a result names, and what its file is called when it is saved. */
export interface NamedArtifact {
  readonly name: string;
  readonly digest: Digest;
  readonly file: string;
}

/** The artifacts of a result, as the method's output schema marks them. A `format` in the result is the file's ending; a model is ONNX. */
export function artifactsIn({ output }: MethodManifest, result: unknown): readonly NamedArtifact[] {
  const properties = isRecord(output['properties']) ? output['properties'] : {};
  if (!isRecord(result)) return [];
  return Object.entries(properties).flatMap(([name, schema]) => {
    const digest = result[name];
    if (
      !isRecord(schema) ||
      (schema['assay'] !== 'artifact' && schema['format'] !== 'digest') ||
      typeof digest !== 'string' ||
      !isDigest(digest)
    )
      return [];
    const { format } = result;
    const ending =
      typeof format === 'string' && /^[a-z0-9]{1,12}$/.test(format) ? format : name === 'model' ? 'onnx' : 'bin';
    return [{ name, digest, file: `${name}.${ending}` }];
  });
}
