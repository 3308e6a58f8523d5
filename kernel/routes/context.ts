import type { Registry } from 'prom-client';
import type { Credentials } from '../auth.ts';
import type { Kernel } from '../kernel.ts';
import type { Datasets } from '../notebook/datasets.ts';
import type { Library } from '../notebook/library.ts';

/** What every resource may use. */
export interface Context {
  readonly kernel: Kernel;
  readonly library: Library;
  readonly datasets: Datasets;
  readonly credentials: Credentials;
  /** Folder of the built workbench; without it only the API is served. */
  readonly workbenchDir: string | undefined;
  readonly version: string;
  readonly metrics: Registry;
}
