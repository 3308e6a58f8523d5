import { median } from './median.ts';

/** Microseconds of one round of something, as the median of several batches. */
export interface Measured {
  readonly what: string;
  readonly wall: number;
  /** User and system time of the whole process, all threads. */
  readonly cpu: number;
}

const BATCHES = 5;

/** Warms up for a fifth of the rounds, then measures `rounds` in batches, one round after the other. */
export async function measure(what: string, rounds: number, run: (i: number) => unknown): Promise<Measured> {
  for (let i = 0; i < rounds / 5; i++) await run(i);
  const size = Math.max(1, Math.floor(rounds / BATCHES));
  const batches: { wall: number; cpu: number }[] = [];
  for (let done = 0; done + size <= rounds; done += size) {
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    for (let i = 0; i < size; i++) await run(done + i);
    const used = process.cpuUsage(cpu);
    batches.push({ wall: ((performance.now() - wall) * 1000) / size, cpu: (used.user + used.system) / size });
  }
  return { what, wall: median(batches.map((batch) => batch.wall)), cpu: median(batches.map((batch) => batch.cpu)) };
}

/** A Markdown table, ready for bench/results. */
export function print(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  console.log(
    [
      line(head),
      line(widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))),
      ...rows.map(line),
    ].join('\n'),
  );
}
