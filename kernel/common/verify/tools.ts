/** The check over the signatures for other tools: whoever uses one of those must find what Assay finds. */
import { PATHS, TOOLS } from '#common/bundle/layout.ts';
import { checkToolSignatures, toolFiles } from '#common/signatures/for-tools.ts';
import { fail, type Found } from './checks.ts';
import { textOf, type Files, type Seal, type SignedCheckpoint } from './files.ts';

/** Twice the largest envelope. */
const MAX_BYTES = 192 * 1024;

/** Bundles of before have none of these files; whether this one should have them, its sealed metadata says (CRATE). */
export function checkTools(files: Files, { key }: SignedCheckpoint, seal: Seal): Found<true> {
  const paths = Object.values(TOOLS);
  const missing = paths.filter((path) => !files.has(path));
  if (missing.length === paths.length) return { value: true, ok: null, detail: 'It carries none.' };
  if (missing.length > 0) fail(`${missing.join(', ')} is missing beside the others.`);
  const large = paths.find((path) => files.get(path)!.length > MAX_BYTES);
  if (large !== undefined) fail(`${large} is larger than any such file.`);
  const signatures = { sshsig: textOf(files, TOOLS.sshsig), minisig: textOf(files, TOOLS.minisig) };
  for (const [path, text] of toolFiles(key, textOf(files, PATHS.dsse), signatures))
    if (textOf(files, path) !== text) fail(`${path} does not say what the log’s key and the seal say.`);
  checkToolSignatures(signatures, files.get(PATHS.manifest)!, seal.id, key);
  return { value: true, detail: 'ssh-keygen, minisign and Sigstore clients find the same key over the same files.' };
}
