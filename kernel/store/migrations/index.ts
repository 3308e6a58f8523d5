/** In the order in which they run. One that has run anywhere is never edited: add another. */
import { sql as evidence } from './0001-evidence.ts';
import { sql as work } from './0002-work.ts';

export interface Migration {
  readonly name: string;
  /** Run as the owner, all pending ones in one transaction; `{app}` becomes the app role's quoted name. */
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  { name: '0001-evidence', sql: evidence },
  { name: '0002-work', sql: work },
];
