import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { AssayError } from '../common/errors.ts';
import { writePlugin } from '../host/scaffold.ts';
import { paint } from './terminal.ts';

export const usage = `
assay new-plugin NAME     write plugins/NAME, which works at once

  It has one method with a schema, an example, a test and a README: change them into your own. A running kernel takes it up by
  itself. NAME is lower-case letters, digits and dashes.
`;

/** @throws USAGE, PLUGIN_NAME_INVALID, PLUGIN_EXISTS */
export async function run(argv: string[]): Promise<number> {
  const { positionals } = parseArgs({ args: argv, allowPositionals: true });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new AssayError('USAGE', 'Name one plugin: assay new-plugin my-plugin');
  const folder = relative(process.cwd(), await writePlugin(join(process.cwd(), 'plugins'), name));
  console.log(`${folder} is there, with the method ${name}.mean.\n`);
  show(`echo '{"values": [4.1, 3.9, 5.2]}' | npx assay call ${name}.mean --input -`, 'calls it');
  show(`npx assay check-plugin ${name}`, 'runs the conformance suite');
  show(`npx assay plugin-types ${name}`, 'after a change of plugin.json');
  return 0;
}

function show(command: string, does: string): void {
  console.log(`  ${command.padEnd(78)}${paint('dim', does)}`);
}
