/** `assay log fsck` and `assay log rebuild`: the log of a home against its public files. */
import { resolve } from 'node:path';
import type { OfflineLog } from '../log/offline.ts';
import type { Fault, FsckReport } from '../log/types.ts';
import { AssayError } from '../common/errors.ts';
import { refuseNoHome } from './home.ts';
import { findKernel } from './remote.ts';
import { columns, paint } from './terminal.ts';

export async function checked(log: OfflineLog, json: boolean): Promise<number> {
  await refuseNoHome(log.home);
  const report = await fsck(log);
  if (json) console.log(JSON.stringify(report));
  else for (const line of printed(report)) console.log(line);
  return report.ok ? 0 : 1;
}

/** Through the kernel that runs on the home, which holds its database; else as it lies there. */
async function fsck(log: OfflineLog): Promise<FsckReport> {
  const running = await findKernel(log.home);
  if (running !== null) return (await running.json(`/log/fsck?${new URLSearchParams({ org: log.org })}`)) as FsckReport;
  const { fsckHome } = await import('../log/offline.ts');
  return fsckHome(log);
}

function printed({ ok, size, faults }: FsckReport): string[] {
  const rows = faults.map(({ code, where, what, side }) => [
    `${paint('red', '✗')} ${code}`,
    where,
    paint('dim', sideOf(side)),
    what,
  ]);
  const under = `${size} receipts under the checkpoint`;
  const verdict = ok
    ? paint('green', `✓ The log holds: ${under}; files and database agree.`)
    : paint(
        'red',
        `✗ The log does not hold: ${under}, ${faults.length}${faults.length === 100 ? ' or more' : ''} ${faults.length === 1 ? 'fault' : 'faults'}.`,
      );
  const mend = faults.length > 0 && faults.every(({ side }) => side === 'file');
  return [
    ...columns(rows, '  '),
    verdict,
    ...(mend ? [paint('dim', 'Only files are wrong: `assay log rebuild` writes them from the database.')] : []),
  ];
}

const sideOf = (side: Fault['side']): string => (side === null ? 'unknown' : side);

export async function rebuilt(log: OfflineLog, to: string | undefined, json: boolean): Promise<number> {
  await refuseNoHome(log.home);
  if ((await findKernel(log.home)) !== null)
    throw new AssayError('HOME_LOCKED', 'A kernel runs on this home and writes its public files: stop it first.');
  const { rebuildHome } = await import('../log/offline.ts');
  const done = await rebuildHome(log, to === undefined ? undefined : resolve(to));
  if (json) console.log(JSON.stringify(done));
  else {
    for (const file of done.written.slice(0, 20)) console.log(`  ${file}`);
    if (done.written.length > 20) console.log(`  … and ${done.written.length - 20} more`);
    const how =
      done.written.length === 0
        ? 'every file was as it should be'
        : `${done.written.length} ${done.written.length === 1 ? 'file' : 'files'} written`;
    console.log(`${paint('green', '✓')} ${done.size} receipts in ${done.dir}: ${how}.`);
  }
  return 0;
}
