import { toHex } from '../common/bytes.ts';
import type { LoggedReceipt } from '../common/receipt/receipt.ts';
import type { DescribedKeys } from '../common/keys/described.ts';
import { describeKeys } from '../log/described-keys.ts';
import type { KeyOrder } from '../log/keyring.ts';
import type { Log } from '../log/types.ts';
import { findKernel } from './remote.ts';

export type ReceiptQuery = NonNullable<Parameters<Log['receipts']>[0]>;

/** The log of a home, through the kernel that runs on it or by itself. */
export interface LogReader {
  receipts(query: ReceiptQuery): Promise<readonly LoggedReceipt[]>;
  /** The newest checkpoint and the key that signed it. */
  head(): Promise<{ readonly checkpoint: string; readonly vkey: string }>;
  keys(): Promise<DescribedKeys>;
  /** @throws KEY_INVALID, LOG_KEY */
  changeKeys(order: KeyOrder): Promise<LoggedReceipt>;
  /** The log itself; null where another kernel holds it. */
  readonly own: Log | null;
  close(): Promise<void>;
}

/** @param alone only by itself, as a check of the database must @throws HOME_LOCKED, STORE_* codes */
export async function openLogReader(home: string, alone = false): Promise<LogReader> {
  const running = alone ? null : await findKernel(home);
  if (running !== null)
    return {
      receipts(query) {
        const given = Object.entries(query).flatMap(([key, value]) =>
          value === undefined ? [] : [[key, String(value)]],
        );
        return running.json(`/receipts?${new URLSearchParams(Object.fromEntries(given))}`) as Promise<LoggedReceipt[]>;
      },
      head: async () => ({ checkpoint: await running.text('/log/checkpoint'), vkey: await running.text('/log/key') }),
      keys: async () => (await running.json('/keys')) as DescribedKeys,
      async changeKeys({ reason, ...order }) {
        const master = 'master' in order ? { master: toHex(order.master) } : {};
        const body = { ...order, ...master, ...(reason === null ? {} : { reason }) };
        return (await running.send('/keys', body)) as LoggedReceipt;
      },
      own: null,
      close: () => Promise.resolve(),
    };
  const { openKernel } = await import('../kernel.ts');
  const kernel = await openKernel({ projectDir: process.cwd(), home });
  try {
    const log = await kernel.log();
    return {
      receipts: (query) => log.receipts(query),
      head: async () => ({ checkpoint: await log.checkpoint(), vkey: log.vkey }),
      keys: () => Promise.resolve(describeKeys(log)),
      changeKeys: (order) => log.changeKeys(order),
      own: log,
      close: () => kernel.close(),
    };
  } catch (error) {
    await kernel.close();
    throw error;
  }
}
