/**
 * A kernel's store and log in a process that is there to be killed: it writes receipts as fast as it can and says, on file descriptor 1 and
 * at once, the id of each one that was answered. `early` makes it the broken twin that answers before the commit.
 */
import { BLANK } from '#common/receipt/blank.ts';
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { ReceiptDraft } from '#common/receipt/receipt.ts';
import { openLog } from '../../kernel/log/index.ts';
import { openStore, type Store } from '../../kernel/store/index.ts';

const [home, mode] = process.argv.slice(2) as [string, 'honest' | 'early'];
const IN_FLIGHT = 96;

const draft = (n: number): ReceiptDraft => ({
  kind: 'run',
  stream: `stream ${n % 7}`,
  ...BLANK,
  subject: [{ name: 'result', digest: { sha256: 'ab'.repeat(32) } }],
  env: { n },
});

/** Says that a batch is written and writes it a little later. */
function hasty(client: Client): Client {
  const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
  let behind: Promise<unknown> = Promise.resolve();
  const answerEarly = (...args: unknown[]): Promise<unknown> => {
    const [config] = args;
    const isBatch = typeof config === 'object' && config !== null && 'name' in config && config.name === 'add-batch';
    if (!isBatch) return query(...args);
    behind = behind.then(() => sleep(10)).then(() => query(...args));
    return Promise.resolve({ rows: [] });
  };
  return Object.assign(client, { query: answerEarly });
}

const store = await openStore({ home, org: 'local' });
const used: Store = mode === 'honest' ? store : { ...store, connect: async (org) => hasty(await store.connect(org)) };
const log = await openLog({ store: used, home, org: 'local' });
writeSync(1, 'ready\n');

let n = 0;
async function write(): Promise<never> {
  for (;;) {
    const { id } = await log.append(draft(n++));
    writeSync(1, `${id}\n`);
  }
}
await Promise.all(Array.from({ length: IN_FLIGHT }, write));
