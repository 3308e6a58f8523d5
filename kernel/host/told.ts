import { AssayError } from '#common/errors.ts';
import type { CallOutcome, CallRequest, EventBody } from '#common/protocol.ts';
import type { CallOptions } from './types.ts';

/** Tells `onEvent` of a call: begun, progress, ended. Errors come out coded. */
export async function told(
  onEvent: ((event: EventBody) => void) | undefined,
  { id, method }: CallRequest & { readonly id: string },
  { onProgress }: CallOptions,
  make: (onProgress: NonNullable<CallOptions['onProgress']>) => Promise<CallOutcome>,
): Promise<CallOutcome> {
  const begun = performance.now();
  const ms = (): number => Math.round(performance.now() - begun);
  onEvent?.({ type: 'run', call: id, method, state: 'started' });
  try {
    const outcome = await make((done, total, note) => {
      onProgress?.(done, total, note);
      onEvent?.({ type: 'progress', call: id, done, total, ...(note === undefined ? {} : { note }) });
    });
    onEvent?.({ type: 'run', call: id, method, state: 'done', ms: ms(), receipt: outcome.receipt.id });
    return outcome;
  } catch (error) {
    const coded = AssayError.from(error);
    const state = coded.code === 'CANCELLED' ? 'cancelled' : 'failed';
    onEvent?.({ type: 'run', call: id, method, state, ms: ms(), error: coded.toJSON() });
    throw coded;
  }
}
