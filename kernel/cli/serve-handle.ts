import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../store/files.ts';

/** home/kernel.json: how other commands of the same user find the running kernel. */
interface KernelHandle {
  readonly pid: number;
  readonly url: string;
  readonly token: string;
}

export function writeHandle(home: string, handle: KernelHandle): Promise<void> {
  return writeWhole(join(home, 'kernel.json'), `${JSON.stringify(handle)}\n`, { mode: 0o600, sync: false });
}

export function removeHandle(home: string): Promise<void> {
  return rm(join(home, 'kernel.json'), { force: true });
}
