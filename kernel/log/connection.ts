/** The writer's one connection, with the log's lock: lost, it is made anew. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { isLost } from './failures.ts';
import { lockLog } from './rows.ts';

/** Milliseconds for which a lost server is waited for. */
const PATIENCE = 30_000;
/** Milliseconds from one try to the next. */
const PAUSE = 50;

export class LogConnection {
  private present: Client;
  private readonly org: string;
  private readonly connect: () => Promise<Client>;

  /** `client` holds the log's lock; it is ended here. */
  constructor(client: Client, org: string, connect: () => Promise<Client>) {
    this.present = client;
    this.org = org;
    this.connect = connect;
  }

  get client(): Client {
    return this.present;
  }

  /**
   * Does it over a new connection with the lock. A server that restarts, after the crash of one of its processes say, is back in a moment. Until
   * then it takes no connection; or it takes one, since it has not yet noticed, and ends it in the middle: then all is done again.
   */
  async anew(act: () => Promise<void>): Promise<void> {
    for (const until = Date.now() + PATIENCE; ; await sleep(PAUSE)) {
      try {
        await this.end();
        this.present = await this.reconnect(until);
        await lockLog(this.present, this.org);
        return await act();
      } catch (error) {
        if (Date.now() > until || !isLost(error)) throw error;
      }
    }
  }

  async end(): Promise<void> {
    await this.present.end().catch(() => undefined);
  }

  private async reconnect(until: number): Promise<Client> {
    for (; ; await sleep(PAUSE)) {
      try {
        return await this.connect();
      } catch (error) {
        if (Date.now() > until) throw error;
      }
    }
  }
}
