import { median } from './median.ts';

/** CPU milliseconds of one run, all threads. */
export function cpu(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The median of three runs; one where it takes longer than half a second. `once before`: a run more goes before them. */
export function medianCpu(run: () => unknown, warm?: 'once before'): number {
  if (warm !== undefined) run();
  const runs = [cpu(run)];
  while (runs.length < 3 && runs[0]! < 500) runs.push(cpu(run));
  return median(runs);
}

export const rate = (perSecond: number): string =>
  perSecond >= 99.5 ? Math.round(perSecond).toLocaleString('en') : perSecond.toPrecision(2);

export const milliseconds = (ms: number): string => (ms < 100 ? ms.toFixed(1) : Math.round(ms).toLocaleString('en'));

/** How many times as much. */
export const ratio = (times: number): string =>
  `${times < 10 ? times.toPrecision(2) : Math.round(times).toLocaleString('en')}×`;

/** Largest difference of the numbers that both have; empty where there are none. */
export function gapOf(one: Float64Array, other: Float64Array): string {
  const common = Math.min(one.length, other.length);
  let gap = 0;
  for (let i = 0; i < common; i++) gap = Math.max(gap, Math.abs(one[i]! - other[i]!));
  return common === 0 ? '' : gap.toExponential(0);
}
