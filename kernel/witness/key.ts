/** The witness's signing key: made once, kept for our eyes only, never replaced. A witness that loses it is another witness. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ed25519 } from '#crypto';
import { toHex } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import { formatSigner, parseSigner } from '#common/tlog/note-key.ts';
import { COSIGNATURE_KEY, noteSigner, type NoteSigner } from '#common/tlog/note.ts';
import { codeOf, writeWhole } from '../store/files.ts';

/** `name` is for a new key; a name unique to the key unless given. @throws WITNESS_KEY: damaged, or of another name */
export async function witnessKey(dir: string, name: string | undefined): Promise<NoteSigner> {
  const path = join(dir, 'key');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  if (text === undefined) return makeKey(path, name);
  const signer = parseSigner(text.trim());
  if (signer?.type !== COSIGNATURE_KEY)
    throw new AssayError('WITNESS_KEY', `${path} holds no witness’s key.`, { where: path });
  if (name !== undefined && name !== signer.name)
    throw new AssayError('WITNESS_KEY', `The witness of this directory is “${signer.name}”, not “${name}”.`, {
      where: path,
    });
  return signer;
}

async function makeKey(path: string, name: string | undefined): Promise<NoteSigner> {
  const { secretKey, publicKey } = ed25519.generate();
  const unique = name ?? `witness.assay.local/${toHex(publicKey.subarray(0, 4))}`;
  const signer = noteSigner(unique, secretKey, COSIGNATURE_KEY);
  await writeWhole(path, `${formatSigner(signer)}\n`, { mode: 0o600 });
  return signer;
}
