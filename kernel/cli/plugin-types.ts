import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { AssayError } from '../common/errors.ts';
import { ASSAY_VERSION } from '../host/catalog.ts';
import { readPlugin } from '../host/find.ts';
import { methodTypes } from '../host/method-types.ts';

export const usage = `
assay plugin-types [NAME …]     write plugins/NAME/methods.gen.ts from the schemas in plugin.json; all plugins unless named
`;

/** @throws NOT_FOUND, PLUGIN_INVALID */
export async function run(argv: string[]): Promise<number> {
  const { positionals } = parseArgs({ args: argv, allowPositionals: true });
  const dir = join(process.cwd(), 'plugins');
  const names = positionals.length > 0 ? positionals : await readdir(dir);
  for (const name of names.sort()) {
    const folder = join(dir, name);
    if (!(await stat(join(folder, 'plugin.json')).catch(() => null))) {
      if (positionals.length > 0)
        throw new AssayError('NOT_FOUND', `There is no plugin at ${folder}.`, { where: name });
      continue;
    }
    const text = methodTypes((await readPlugin(folder, ASSAY_VERSION)).manifest);
    const file = join(folder, 'methods.gen.ts');
    const before = await readFile(file, 'utf8').catch(() => null);
    if (before !== text) await writeFile(file, text);
    console.log(`${relative(process.cwd(), file)} ${before === text ? 'is current' : 'written'}`);
  }
  return 0;
}
