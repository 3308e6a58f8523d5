import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssayError, ERRORS, type ErrorCode } from '#common/errors.ts';
import { codeDocs } from '../../kernel/openapi/code-docs.ts';

const codes = Object.keys(ERRORS) as ErrorCode[];

test('ARCHITECTURE.md lists the codes of errors and of checks as the code has them', () => {
  const { found, expected } = codeDocs();
  assert.equal(found, expected, 'write the tables with `node kernel/openapi/code-docs.ts`');
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
