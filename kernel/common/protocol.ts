import type { Digest } from './data.ts';
import type { ErrorJson } from './errors.ts';

/** One call of a method. */
export interface CallRequest {
  /** `plugin.method` */
  readonly method: string;
  readonly input: unknown;
  /** Chosen by the caller so that progress can be matched and the call cancelled; made by the kernel when absent. */
  readonly id?: string;
  readonly seed?: number;
  /** The stream (sealed run) the receipt belongs to; the organisation's own stream when absent. */
  readonly stream?: string;
}

export interface CallOutcome {
  readonly id: string;
  readonly result: unknown;
  readonly receipt: ReceiptRef;
}

export interface ReceiptRef {
  readonly id: Digest;
  readonly index: number;
  /** JCS bytes as text: hash it and compare with `id`. */
  readonly body: string;
}

/** What the event socket sends. `n` rises by one per organisation; reconnect with `?cursor=<last n seen>` to miss nothing. */
export type KernelEvent = { readonly n: number; readonly at: string } & EventBody;

export type EventBody =
  | {
      readonly type: 'progress';
      readonly call: string;
      readonly done: number;
      readonly total: number;
      readonly note?: string;
    }
  | {
      readonly type: 'run';
      readonly call: string;
      readonly method: string;
      readonly state: 'started' | 'done' | 'failed' | 'cancelled';
      readonly ms?: number;
      readonly receipt?: Digest;
      readonly error?: ErrorJson;
    }
  | {
      readonly type: 'seal';
      readonly call: string;
      readonly notebook: string;
      readonly state: 'started' | 'cell' | 'done' | 'failed';
      readonly cell?: string;
      readonly done?: number;
      readonly total?: number;
      readonly error?: ErrorJson;
    }
  | {
      readonly type: 'pack';
      readonly call: string;
      /** Receipts are read twice: `done` of `total`. */
      readonly state: 'started' | 'reading' | 'done' | 'failed';
      readonly done?: number;
      readonly total?: number;
      readonly error?: ErrorJson;
    }
  | { readonly type: 'receipt'; readonly id: Digest; readonly index: number; readonly kind: string }
  | { readonly type: 'notebook'; readonly name: string; readonly digest: Digest | null }
  | {
      readonly type: 'plugin';
      readonly name: string;
      readonly state: 'loaded' | 'changed' | 'failed';
      readonly error?: ErrorJson;
    }
  | { readonly type: 'dataset'; readonly name: string }
  /** The first thing a socket without a usable cursor gets: events may have been missed, so read again what is shown. */
  | { readonly type: 'resync' };
