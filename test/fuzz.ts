/**
 * `npm run fuzz -- [COUNT] [SEED] [FROM]`: changes sealed bundles at random and verifies them: 100,000 take a few minutes. `npm test` runs some
 * with a seed of the day. A change is found again by seed and number: `npm run fuzz -- 1 SEED NUMBER`.
 */
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuzz, mutated } from './conformance/tamper/fuzzer.ts';

const [count = 100_000, seed = randomInt(2 ** 31), from = 0] = process.argv.slice(2).map(Number);
console.log(`${count.toLocaleString('en')} changes, seed ${seed}, from number ${from}`);
const start = process.cpuUsage();
const { tried, idle, caught, wrong, slowestMs, grownBytes } = await fuzz({ count, seed, from });
const { user, system } = process.cpuUsage(start);
const seconds = (user + system) / 1e6;
console.log(
  `${tried - idle} verified, ${idle} changed nothing; ${seconds.toFixed(0)} s of CPU time, ${((1000 * seconds) / tried).toFixed(2)} ms each`,
);
console.log(`slowest ${slowestMs.toFixed(0)} ms; memory grew by ${Math.round(grownBytes / 2 ** 20)} MB`);
console.log(Object.entries(caught).toSorted(([, a], [, b]) => b - a).map(([code, times]) => `${code} ${times}`).join(', ')); // prettier-ignore
for (const one of wrong) console.log(`✗ ${one}`);
if (count === 1) {
  // What changes nothing is passed over, as above.
  let number = from;
  while (mutated(seed, number) === null) number++;
  const file = join(tmpdir(), `fuzz-${seed}-${number}.zip`);
  writeFileSync(file, mutated(seed, number)!.zip);
  console.log(`number ${number} is in ${file}`);
}
process.exitCode = wrong.length > 0 ? 1 : 0;
