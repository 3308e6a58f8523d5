/** `node kernel/openapi/error-docs.ts` prints the table of error codes that stands in ARCHITECTURE.md under "Error codes". */
import { pathToFileURL } from 'node:url';
import { ERRORS } from '#common/errors.ts';

export function errorTable(): string {
  const rows = Object.entries(ERRORS)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { status, says, hint }]) => `| ${code} | ${status} | ${says} | ${hint} |`);
  return ['| Code | HTTP | What happened | What to do |', '|---|---|---|---|', ...rows, ''].join('\n');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(errorTable());
