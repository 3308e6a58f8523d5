import type { Kysely, Transaction } from 'kysely';
import type { Client } from 'pg';
import type { Database } from './schema.ts';

export interface StoreOptions {
  /** The data directory (`./.assay`, or `ASSAY_HOME`): made when missing, held by one kernel at a time. */
  readonly home: string;
  /** A team's server (15 or newer); without it the kernel starts its own. */
  readonly databaseUrl?: string | undefined;
  /** Whose rows `sql` sees. */
  readonly org: string;
  /** What a first start is waiting for, in words; called a few times at most. */
  readonly onProgress?: ((what: string) => void) | undefined;
}

export interface Store {
  readonly home: string;
  readonly org: string;
  /** As the app role, for `org`. Name the org in every query as well: the policy alone picks worse plans. */
  readonly sql: Kysely<Database>;
  /** One transaction as the app role for another organisation; rolled back when `run` throws. */
  withOrg<T>(org: string, run: (sql: Transaction<Database>) => Promise<T>): Promise<T>;
  /** A connection of one's own, as the app role for `org`: for locks that live as long as it does. End it yourself. */
  connect(org: string): Promise<Client>;
  /** Tells those who find the home locked where this kernel listens. */
  announce(url: string): Promise<void>;
  /** Ends connections, stops the embedded server and frees the home. May be called twice. */
  close(): Promise<void>;
}
