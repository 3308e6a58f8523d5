/** What this user has seen of logs: `seen.json` in the data directory, one checkpoint a log, so that a log that takes something back is noticed. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AssayError } from '../common/errors.ts';
import { parseSeen, remember } from '../common/verify/history.ts';
import type { SeenCheckpoint } from '../common/verify/types.ts';
import { codeOf, makeFolder, writeWhole } from '../store/files.ts';
import { paint } from './terminal.ts';

export interface Seen {
  readonly remembered: readonly SeenCheckpoint[];
  /** A memory that can't be written is a warning: what was verified stays verified. */
  remember(seen: SeenCheckpoint | null): Promise<void>;
}

/** null where nothing is kept: verifying in any folder leaves nothing behind. @throws SEEN_INVALID */
export async function openSeen(home: string | undefined): Promise<Seen | null> {
  const named = home ?? (process.env['ASSAY_HOME'] || undefined);
  const dir = resolve(named ?? '.assay');
  if (named === undefined && !existsSync(dir)) return null;
  const path = join(dir, 'seen.json');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    return '[]';
  });
  const remembered = parseSeen(text);
  if (remembered === null) throw new AssayError('SEEN_INVALID', undefined, { where: path });
  return {
    remembered,
    async remember(seen) {
      const after = remember(remembered, seen);
      if (after === null) return;
      try {
        await makeFolder(dir, 0o700);
        await writeWhole(path, `${JSON.stringify(after, null, 1)}\n`, { mode: 0o600 });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        console.error(`${paint('yellow', '!', process.stderr)} This checkpoint could not be remembered: ${why}`);
      }
    },
  };
}
