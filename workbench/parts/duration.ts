/** @param ms milliseconds. `0.4 ms`, `12 ms`, `3.2 s`, `2 min 5 s` */
export function duration(ms: number): string {
  if (ms < 1) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** @param bytes a size. `12 kB`, `3.4 MB` */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** A time as people write it, in the reader's zone: `21 November 2026 at 14:40`. */
export const moment = (time: string): string =>
  new Date(time).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' });
