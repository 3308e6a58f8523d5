/** Artifacts that a call's result names, as files of the user's. */
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDigest } from '../common/bytes.ts';
import { AssayError } from '../common/errors.ts';
import { isRecord } from '../common/reference.ts';
import { openArtifacts } from '../store/artifacts.ts';

/**
 * A running kernel's artifacts are files as well, which no process owns. Each file is there whole or not at all.
 *
 * @param save properties of the result that hold a digest, and where its bytes go
 * @throws USAGE when there is no such property; NOT_FOUND, ARTIFACT_CORRUPT, NO_ACCESS
 */
export async function saveArtifacts(
  home: string,
  result: unknown,
  save: readonly (readonly [name: string, file: string])[],
): Promise<void> {
  const artifacts = await openArtifacts(join(home, 'artifacts'));
  for (const [name, file] of save) {
    const digest = isRecord(result) && Object.hasOwn(result, name) ? result[name] : undefined;
    if (typeof digest !== 'string' || !isDigest(digest))
      throw new AssayError('USAGE', `--save ${name}: the result names no artifact there.`, { where: name });
    await writeWhole(file, artifacts.stream(digest));
  }
}

async function writeWhole(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const beside = join(dirname(path), `.assay-${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(beside, 'wx');
    try {
      for await (const bytes of content) await file.writeFile(bytes);
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    if (error instanceof AssayError) throw error;
    throw new AssayError('NO_ACCESS', `“${path}” cannot be written: ${(error as Error).message}`, {
      where: path,
      cause: error,
    });
  }
}
