import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { AssayError } from '#common/errors.ts';
import { parseJson } from './parse.ts';

const parse = (text: string): unknown => parseJson(text, 'INPUT_INVALID');
const refused = (text: string): { readonly message: string; readonly where: string | undefined } => {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof AssayError, String(error));
    assert.equal(error.code, 'INPUT_INVALID');
    return { message: error.message, where: error.where };
  }
  return assert.fail(`taken: ${text}`);
};

test('a name that comes twice is refused, and named with its place', () => {
  const TWICE: readonly (readonly [text: string, name: string, where: string])[] = [
    ['{"a":1,"a":1}', 'a', '/a'],
    ['{"a":1,"\\u0061":2}', 'a', '/a'],
    ['{"a":{"b":[{},{"c":1,"d":{"c":1},"c":2}]}}', 'c', '/a/b/1/c'],
    ['[[],[{"x":[1,2],"x":0}]]', 'x', '/1/0/x'],
    ['{"":1,"":2}', '', '/'],
    ['{"a/b~":{"k":1,"k":2}}', 'k', '/a~1b~0/k'],
    ['{"q\\"":1 , "q\\"" : 2}', 'q"', '/q"'],
    ['{"back\\\\":1,"back\\\\":2}', 'back\\', '/back\\'],
    ['{"__proto__":1,"__proto__":2}', '__proto__', '/__proto__'],
    ['{"a":"{\\"b\\":1,","b":",","a":2}', 'a', '/a'],
    [`{${Array.from({ length: 40 }, (_, i) => `"k${i}":{}`).join()},"k7":1}`, 'k7', '/k7'],
    ...[11, 12, 13, 14].map(
      (n) => [`{${Array.from({ length: n }, (_, i) => `"k${i}":0`).join()},"z":{"e":1,"e":1}}`, 'e', '/z/e'] as const,
    ),
    [`{${Array.from({ length: 40 }, (_, i) => `"k${i}":0`).join()},"z":{"e":1,"e":1}}`, 'e', '/z/e'],
  ];
  for (const [text, name, where] of TWICE)
    assert.deepEqual(refused(text), { message: `The name “${name}” comes twice in one object.`, where }, text);
});

test('one name in two objects, as a value, or in another case is none twice', () => {
  for (const text of ['[{"a":1},{"a":2}]', '{"a":{"a":{"a":"a"}}}', '{"a":"a","A":["a","a"]}', '"a"', '7', '[]', '{ }'])
    assert.deepEqual(parse(text), JSON.parse(text));
});

test('what is nested deeper than any value is refused', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  parse(nested(200));
  assert.match(refused(nested(201)).message, /more than 200 levels deep/);
  assert.match(refused(`{"a":${nested(100_000)}}`).message, /deep/);
});

test('what is no JSON stays a SyntaxError', () => {
  for (const text of ['', '{"a":1,"a":', '{a:1}', '[1,]', '"\u0000"']) assert.throws(() => parse(text), SyntaxError);
});

test('whatever JSON.stringify writes is taken, and with one member doubled refused', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), fc.nat({ max: 3 }), (value, name, indent) => {
      const text = JSON.stringify(value, null, indent);
      assert.deepEqual(parse(text), JSON.parse(text));
      const doubled = `[0,{"o":${text},${JSON.stringify(name)}:1,"${[...name].map(escaped).join('')}":${text}}]`;
      assert.equal(
        refused(doubled).where,
        `/1/${(name === 'o' ? 'o' : name).replaceAll('~', '~0').replaceAll('/', '~1')}`,
      );
    }),
  );
});

const escaped = (letter: string): string =>
  Array.from({ length: letter.length }, (_, i) => `\\u${letter.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
