/**
 * The tables as Kysely sees them. Every row names its `org`; `bytea` digests are 32 bytes; `int8` arrives as a number.
 * Evidence tables (all but `runs` and `settings`) take inserts only: that is granted, not promised.
 */
import type { ColumnType, Generated } from 'kysely';

type Json = ColumnType<unknown, string, string>;
type At = Generated<Date>;

export interface Database {
  logs: { org: string; origin: string; vkey: string; at: At };
  receipts: {
    org: string;
    index: number;
    id: Uint8Array;
    stream: string;
    seq: number;
    kind: string;
    body: string;
    hmac: Uint8Array | null;
  };
  checkpoints: { org: string; size: number; root: Uint8Array; note: string; at: At };
  oversight: { org: string; index: number; author: string; note: string; at: At };
  /** `id` is the seal's receipt; `root` the notebook run's; `bundle` the artifact that carries it. */
  seals: { org: string; id: Uint8Array; notebook: string; root: Uint8Array; bundle: Uint8Array; at: At };
  /** Each version of a data set that was ever added; the newest of a name counts. */
  datasets: { org: string; name: string; digest: Uint8Array; format: string; meta: Json; at: At };
  runs: {
    org: string;
    id: string;
    method: string;
    state: 'started' | 'done' | 'failed' | 'cancelled';
    started: At;
    ms: number | null;
    receipt: Uint8Array | null;
    error: Json | null;
  };
  settings: { org: string; name: string; value: Json };
}
