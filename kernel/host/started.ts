import type { Execution } from './execute.ts';
import type { PreparedCall } from './prepare.ts';
import type { Services } from './services.ts';

/** A call on its worker, and what it leaves behind. */
export interface Started {
  readonly call: PreparedCall;
  readonly services: Services;
  readonly run: Execution;
}
