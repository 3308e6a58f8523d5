/** A log's signing key: made once, kept in `home/keys` for our eyes only, and never replaced. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ed25519 } from '#crypto';
import { toHex } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import { formatSigner, parseSigner } from '#common/tlog/note-key.ts';
import { NOTE_KEY, noteSigner, type NoteSigner } from '#common/tlog/note.ts';
import { codeOf, makeFolder, writeWhole } from '../store/files.ts';

/** The signer that the key file names, or undefined when there is no file. @throws LOG_KEY when it is damaged */
export async function readKey(home: string, org: string): Promise<NoteSigner | undefined> {
  const path = keyPath(home, org);
  try {
    return parseKey((await readFile(path, 'utf8')).trim(), path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes a key for a new log, whose name it makes unique. */
export async function makeKey(home: string, org: string): Promise<NoteSigner> {
  const { secretKey, publicKey } = ed25519.generate();
  const signer = noteSigner(`${org}.assay.local/${toHex(publicKey.subarray(0, 4))}`, secretKey);
  await makeFolder(join(home, 'keys'), 0o700);
  await writeWhole(keyPath(home, org), `${formatSigner(signer)}\n`, { mode: 0o600 });
  return signer;
}

export function keyPath(home: string, org: string): string {
  return join(home, 'keys', `log-${org}.key`);
}

function parseKey(text: string, path: string): NoteSigner {
  const signer = parseSigner(text);
  if (signer?.type === NOTE_KEY) return signer;
  throw new AssayError('LOG_KEY', `${path} is not the key it says it is.`, { where: path });
}
