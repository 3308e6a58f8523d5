import type { FsckReport, TagReport } from '../log/types.ts';
import { openLogReader } from './log-reader.ts';
import { readMaster } from './master-file.ts';
import { paint } from './terminal.ts';

/** `assay log check --master FILE`. @throws USAGE, NOT_FOUND, KEY_INVALID, HOME_LOCKED, STORE_* codes */
export async function checkWithMaster(file: string, home: string, json: boolean): Promise<number> {
  const master = await readMaster(file);
  const { own, close } = await openLogReader(home, true);
  try {
    const [check, tags] = [await own!.fsck(), await own!.checkTags(master)];
    if (json) console.log(JSON.stringify({ check, tags }));
    else for (const line of printed(check, tags)) console.log(line);
    return check.ok && tags.ok ? 0 : 1;
  } finally {
    await close();
  }
}

function printed(check: FsckReport, { ok, from, to, faults }: TagReport): string[] {
  const fault = (code: string, where: string, what: string): string =>
    `  ${paint('red', '✗')} ${code}  ${where}  ${what}`;
  const tagged = to === from ? 'no receipt is tagged yet' : `receipts ${from} to ${to - 1} bear this key’s tags`;
  return [
    ...check.faults.map(({ code, where, what }) => fault(code, where, what)),
    `${check.ok ? paint('green', '✓ The log holds') : paint('red', '✗ The log does not hold')}: ${check.size} receipts under the checkpoint.`,
    ...faults.map(({ code, index, what }) => fault(code, `receipt ${index}`, what)),
    ok
      ? paint('green', `✓ The tags hold: ${tagged}.`)
      : paint('red', '✗ The tags don’t hold: somebody edited the database.'),
  ];
}
