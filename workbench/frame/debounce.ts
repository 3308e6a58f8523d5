/** Work that waits until nobody has asked for it for a while. */
export interface Debounced {
  soon(): void;
  now(): void;
}

export function debounce(ms: number, work: () => void): Debounced {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = (): void => {
    clearTimeout(timer);
    work();
  };
  return {
    now,
    soon() {
      clearTimeout(timer);
      timer = setTimeout(now, ms);
    },
  };
}
