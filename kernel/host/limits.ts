import { availableParallelism, totalmem } from 'node:os';
import type { Limits } from './types.ts';

/** Memory that a worker for parts should have to itself: a model prepared for many rows takes some 300 MB. */
const ROOM = 2 ** 30;

/** What holds unless the kernel says otherwise. */
export const LIMITS: Limits = {
  workers: 4,
  cores: Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / ROOM))),
  memory: 2048,
  timeout: 600_000,
  load: 30_000,
  grace: 1000,
  idle: 120_000,
  depth: 8,
};
