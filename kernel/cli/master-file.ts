/** The master key for tags, as its owner keeps it: a file of his own, which a kernel never reads again. */
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { AssayError } from '../common/errors.ts';
import { formatMaster, MASTER_BYTES, parseMaster } from '../common/keys/master.ts';
import { readWhole } from '../host/whole-file.ts';
import { codeOf, syncFolder } from '../store/files.ts';

/** Makes one. Who holds the data directory must not hold it too. @throws USAGE */
export async function makeMaster(file: string, home: string): Promise<Uint8Array> {
  const path = resolve(file);
  const inside = relative(home, path);
  if (!inside.startsWith('..'))
    throw new AssayError('USAGE', `The master key belongs outside the data directory ${home}.`);
  const master = randomBytes(MASTER_BYTES);
  try {
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(formatMaster(master));
      await handle.datasync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const why = codeOf(error) === 'EEXIST' ? 'it is there already' : (error as Error).message;
    throw new AssayError('USAGE', `“${file}” can’t be made: ${why}.`, { where: file });
  }
  await syncFolder(dirname(path));
  return master;
}

/** @throws NOT_FOUND, USAGE */
export async function readMaster(file: string): Promise<Uint8Array> {
  const text = new TextDecoder().decode(await readWhole(file));
  try {
    return parseMaster(text);
  } catch (cause) {
    throw new AssayError('USAGE', `“${file}” is no master key that \`assay keys tag\` wrote.`, { where: file, cause });
  }
}
