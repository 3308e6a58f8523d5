import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { AssayError, ERRORS, type ErrorCode } from '#common/errors.ts';
import { errorTable } from '../../kernel/openapi/error-docs.ts';

const codes = Object.keys(ERRORS) as ErrorCode[];

const rows = (table: string): string[] => table.split('\n').filter((line) => /^\| [A-Z][A-Z_0-9]+ \|/.test(line));

test('ARCHITECTURE.md lists the error codes as the table has them', () => {
  const page = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8');
  const section = page.split(/^#+ Error codes$/m)[1]?.split(/^#+ /m)[0] ?? '';
  assert.deepEqual(rows(section), rows(errorTable()), 'print the table with `node kernel/openapi/error-docs.ts`');
});

test('each code has a name, a status and two sentences', () => {
  for (const code of codes) {
    const { status, says, hint } = ERRORS[code];
    assert.match(code, /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
    assert.ok(status >= 400 && status < 600, code);
    for (const sentence of [says, hint]) assert.match(sentence, /^[\p{L}`][^|\n]*[.…]$/u, `${code}: ${sentence}`);
  }
});

test('an error survives the way through JSON', () => {
  for (const code of codes) {
    const error = new AssayError(code, 'what happened', { where: 'here', details: { n: 1 } });
    const back = AssayError.from(JSON.parse(JSON.stringify(error)));
    assert.deepEqual(back.toJSON(), error.toJSON());
    assert.equal(back.status, ERRORS[code].status);
  }
});

test('what is no such error becomes INTERNAL', () => {
  for (const value of [
    new Error('x'),
    'x',
    null,
    undefined,
    { code: 'NO_SUCH_CODE', message: 'x' },
    { code: 'INTERNAL' },
    { code: '__proto__', message: 'x' },
  ]) {
    assert.equal(AssayError.from(value).code, 'INTERNAL');
  }
});
