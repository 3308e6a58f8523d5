import { AssayError } from '#common/errors.ts';

/** How many workers the parts of calls run on, as somebody writes it: `--cores`, `ASSAY_CORES`. @throws USAGE */
export function readCores(text: string): number {
  const cores = Number(text);
  if (Number.isInteger(cores) && cores >= 1 && cores <= 1024) return cores;
  throw new AssayError('USAGE', `The number of cores is a whole number from 1 on; “${text}” is none.`);
}
