import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AssayError } from '../common/errors.ts';
import { checkPlugin } from '../host/conformance.ts';
import { paint } from './terminal.ts';

export const usage = `
assay check-plugin NAME [--json]     run the conformance suite on a plugin

  NAME is a plugin in plugins/, or a folder. Exit code 0 when every check holds, else 1.
`;

/** @throws USAGE, NOT_FOUND */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new AssayError('USAGE', 'Name one plugin: assay check-plugin shap');
  const folder = name.includes('/') ? resolve(name) : join(process.cwd(), 'plugins', name);
  if (!(await stat(folder).catch(() => null))?.isDirectory())
    throw new AssayError('NOT_FOUND', `There is no plugin at ${folder}.`, { where: name });
  const report = await checkPlugin(folder, name.includes('/') ? join(folder, '..', '..') : process.cwd());
  if (values.json) console.log(JSON.stringify(report));
  else {
    for (const { what, ok, detail } of report.checks)
      console.log(`${ok ? paint('green', '✓') : paint('red', '✗')} ${what}  ${paint(ok ? 'dim' : 'red', detail)}`);
    const failed = report.checks.filter(({ ok }) => !ok).length;
    console.log(
      `\n${report.plugin}: ${report.ok ? 'all' : `${failed} of`} ${report.checks.length} checks ${report.ok ? 'hold' : 'fail'}.`,
    );
  }
  return report.ok ? 0 : 1;
}
