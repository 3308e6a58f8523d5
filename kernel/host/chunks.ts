/** Chunks on their way from a worker to a reader, at most as many as the reader gave room for. */
export interface Chunks {
  put(value: unknown): void;
  end(): void;
  fail(error: unknown): void;
  /** @throws what it failed with */
  check(): void;
  /** Called each time the reader took one. */
  onTaken(taken: () => void): void;
  /** Once. @throws what it failed with, after the chunks before it */
  read(): AsyncGenerator<unknown, void, undefined>;
}

export function createChunks(): Chunks {
  const ready: unknown[] = [];
  let state: { readonly done: boolean; readonly failed: boolean; readonly error?: unknown } = {
    done: false,
    failed: false,
  };
  let wake: (() => void) | null = null;
  let taken: (() => void) | null = null;
  const settle = (next: typeof state): void => {
    if (!state.done) state = next;
    wake?.();
  };
  const check = (): void => {
    if (state.failed) throw state.error;
  };
  return {
    put(value) {
      ready.push(value);
      wake?.();
    },
    end: () => settle({ done: true, failed: false }),
    fail: (error) => settle({ done: true, failed: true, error }),
    check,
    onTaken: (tell) => void (taken = tell),
    async *read() {
      for (;;) {
        while (ready.length > 0) {
          const value = ready.shift();
          taken?.();
          yield value;
        }
        if (state.done) return check();
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
