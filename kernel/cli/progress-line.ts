/** On a terminal, a line that says how far something long has come; Ctrl-C ends it. Says nothing of what takes less than a second. */

const AFTER_MS = 1000;
const EVERY_MS = 200;

export interface ProgressLine {
  tell(done: number, total: number): void;
  end(): void;
}

export function progressLine(what: string, out: NodeJS.WriteStream = process.stderr, now = Date.now): ProgressLine {
  const start = now();
  let told = start + AFTER_MS - EVERY_MS;
  let shown = false;
  return {
    tell(done, total) {
      const time = now();
      if (!out.isTTY || time - told < EVERY_MS || done >= total) return;
      told = time;
      shown = true;
      const left = Math.ceil(((time - start) * (total - done)) / done / 1000);
      out.write(`\r\u001b[K${what} … ${Math.floor((100 * done) / total)} %, ${left} s left (Ctrl-C stops)`);
    },
    end: () => void (shown && out.write('\r\u001b[K')),
  };
}
