/** `node kernel/openapi/code-docs.ts` writes the tables of stable codes into ARCHITECTURE.md: a bundle's checks, and errors. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ERRORS } from '#common/errors.ts';
import { VERIFY_CHECKS, VERIFY_MEANINGS } from '#common/verify/checks.ts';

const PAGE = new URL('../../ARCHITECTURE.md', import.meta.url);

const SECTIONS: Readonly<Record<string, () => string>> = {
  'Checks of a bundle': checkTable,
  'Error codes': errorTable,
};

function checkTable(): string {
  const rows = Object.entries(VERIFY_CHECKS).map(
    ([code, holds]) => `| ${code} | ${holds} | ${VERIFY_MEANINGS[code as keyof typeof VERIFY_CHECKS]} |`,
  );
  return ['| Code | What holds | What it means when it doesn’t |', '|---|---|---|', ...rows].join('\n');
}

function errorTable(): string {
  const rows = Object.entries(ERRORS)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { status, says, hint }]) => `| ${code} | ${status} | ${says} | ${hint} |`);
  return ['| Code | HTTP | What happened | What to do |', '|---|---|---|---|', ...rows].join('\n');
}

/** ARCHITECTURE.md as it stands, and as it should: each table is what begins with `|` under its heading. */
export function codeDocs(): { readonly found: string; readonly expected: string } {
  const found = readFileSync(PAGE, 'utf8');
  let expected = found;
  for (const [heading, table] of Object.entries(SECTIONS)) {
    const place = new RegExp(`(^#+ ${heading}\\n(?:(?![#|]).*\\n)*)(?:^\\|.*\\n)*`, 'm');
    if (!place.test(expected)) throw new Error(`ARCHITECTURE.md has no section “${heading}”.`);
    expected = expected.replace(place, (_whole, start: string) => `${start}${table()}\n`);
  }
  return { found, expected };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(PAGE, codeDocs().expected);
