/** The machine that figures are from, in a line. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { readFileSync } from 'node:fs';

export function machine(): string {
  const cores = availableParallelism();
  const memory = Math.round(totalmem() / 2 ** 30);
  const busy =
    loadavg()[1]! > cores * 0.75 ? ' Others were using the machine: wall times are longer than on an idle one.' : '';
  return `On ${cpus()[0]?.model.trim() ?? 'an unknown processor'}, ${cores} cores, ${memory} GB, ${system()}, Node ${process.versions.node}.${busy}`;
}

function system(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}
