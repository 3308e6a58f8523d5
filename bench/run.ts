/**
 * `npm run bench` runs every bench, `npm run bench -- reactive page` those that are named. Each is a process of its own that prints a
 * Markdown table; it goes into results/<name>.md under what the bench asks and the machine it ran on.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { machine } from './lib/machine.ts';

const FOLDER = import.meta.dirname;
const ALL = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.ts') && file !== basename(import.meta.filename))
  .map((file) => basename(file, '.ts'));

const named = process.argv.slice(2);
const unknown = named.filter((name) => !ALL.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are ${ALL.join(', ')}.`);
  process.exit(2);
}
for (const name of named.length > 0 ? named : ALL) {
  console.log(`\n${name}\n`);
  const bench = spawnSync(process.execPath, [join(FOLDER, `${name}.ts`)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed = bench.stdout.toString().trim();
  console.log(printed);
  if (bench.status === 0) writeFileSync(join(FOLDER, 'results', `${name}.md`), report(name, printed));
  else process.exitCode = 1;
}

function report(name: string, printed: string): string {
  return `# ${name}\n\n${question(name)}\n\n${printed}\n\n${machine()} Repeat: \`npm run bench -- ${name}\`.\n`;
}

/** The comment at the head of the bench. */
function question(name: string): string {
  const [, comment = ''] = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(join(FOLDER, `${name}.ts`), 'utf8')) ?? [];
  return comment.replace(/\n \* ?/g, '\n').trim();
}
