import { availableParallelism } from 'node:os';
import type { Limits } from './types.ts';

/** What holds unless the kernel says otherwise. */
export const LIMITS: Limits = {
  workers: 4,
  cores: availableParallelism(),
  memory: 2048,
  timeout: 600_000,
  load: 30_000,
  grace: 1000,
  idle: 120_000,
  depth: 8,
};
