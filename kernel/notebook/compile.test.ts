import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { pow, powset } from '#common/cells/math.ts';
import type { CompiledCell } from '#common/notebook.ts';
import { compileNotebook } from './compile.ts';
import { refused } from './compile-escape.ts';

const FRONT = '---\nuses: [models, shap.explain, eeg-tools]\ndatasets: [wages]\n---\n';
const fence = (info: string, code: string): string => `\`\`\`${info}\n${code}\n\`\`\`\n`;

function compile(...cells: readonly [info: string, code: string][]): readonly CompiledCell[] {
  return compileNotebook(FRONT + cells.map(([info, code]) => fence(info, code)).join('')).cells;
}

const one = (info: string, code: string): CompiledCell => compile([info, code])[0]!;

const template = (cooked: string[], raw: string[]): unknown => Object.assign(cooked, { raw });

const wrong = (code: string, ...cells: readonly [string, string][]) => {
  const found = cells.length === 1 ? one(...cells[0]!) : compile(...cells).find((cell) => cell.error);
  assert.equal(found?.error?.code, code, found?.error?.message);
  return found!.error!;
};

const tables = (code: string): readonly string[] =>
  compile(['js id=k', 'const people = 1, limit1 = 2'], ['sql id=q name=q', code])[1]!.inputs;

const prose = (text: string): CompiledCell | undefined =>
  compileNotebook(`${FRONT}${fence('js', 'const n = 2')}${text}`).cells[1];

/** Evaluates a cell that reads nothing but what is given, as a sandbox would. */
function evaluate(cell: CompiledCell, given: Record<string, unknown> = {}): Record<string, unknown> {
  assert.equal(cell.error, undefined, cell.error?.message);
  assert.equal(refused(cell.body), undefined, cell.body);
  const globals = {
    ...globalThis,
    Array,
    Object,
    String,
    JSON,
    Map,
    RegExp,
    Error,
    NaN,
    $pow: pow,
    $powset: powset,
    $template: template,
  };
  const scope = { ...globals, $regexp: (p: string, f: string) => new RegExp(p, f) };
  const make = new Function('globalThis', `'use strict'; return (${cell.body})`) as (
    scope: object,
  ) => (...args: unknown[]) => never;
  return make(scope)(...cell.inputs.map((name) => given[name]));
}

const value = (code: string, given?: Record<string, unknown>): unknown => evaluate(one('js name=v', code), given)['v'];

describe('cells', () => {
  it('give what they declare, and take what they read', () => {
    const [a, b] = compile(
      ['ts id=a', 'const x: number = 1, [y, {z}] = [2, {z: 3}]\nfunction f() { return x }\nclass C {}'],
      ['js id=b', 'x + f() + wages.rows'],
    );
    assert.deepEqual(a!.outputs, ['x', 'y', 'z', 'f', 'C']);
    assert.deepEqual(b!.inputs, ['x', 'f', 'wages']);
    assert.deepEqual(b!.outputs, []);
    assert.equal((evaluate(b!, { x: 1, f: () => 2, wages: { rows: 3 } }) as { '': number })[''], 6);
  });

  it('know what is declared inside from what is read', () => {
    const code = `const f = (p, {q, r: [s] = [t1]}, ...rest) => { var v = p; { let w = q; try { u(s) } catch (e) { e(v, w, rest) } } };
      label: for (const i of list) { if (i) continue label }
      class K extends Base { #m = 1; static n = arg; [key]() { return this.#m + new.target } }
      const g = function h(n) { return n ? h(n - 1) : arguments.length }; let late; const o = { short, long: value1, late };`;
    const { error } = one('js', code);
    assert.equal(error?.code, 'CELL_NAME_UNKNOWN');
    const known = ['t1', 'u', 'list', 'Base', 'arg', 'key', 'short', 'value1'];
    const cells = compile(['js id=k', known.map((name) => `const ${name} = 1`).join('\n')], ['js id=c', code]);
    assert.equal(cells[1]!.error, undefined, cells[1]!.error?.message);
    assert.deepEqual([...cells[1]!.inputs].sort(), [...known].sort());
  });

  it('may await at the top, and only there make the cell wait', () => {
    assert(one('js', 'const r = await models.train({})').body.startsWith('async (models)'));
    assert(one('js', 'for await (const x of [1]) {}').body.startsWith('async ('));
    assert(
      one('js', 'const f = async () => await 1; class A { x = async () => { await 1 } }').body.startsWith('() =>'),
    );
  });

  it('may be one object literal', () => {
    assert.deepEqual(value('{a: 1, b: {c: [2]}} // done'), { a: 1, b: { c: [2] } });
    assert.deepEqual(evaluate(one('ts name=v', '{a: 1 as number}'))['v'], { a: 1 });
    assert.deepEqual(one('js', '{ let a = 1; a }').outputs, []);
  });

  it('may name a plugin with a hyphen', () => {
    assert.deepEqual(one('js', 'eegTools.read({})').inputs, ['eegTools']);
  });

  it('keep lines', () => {
    const text = `${FRONT}${fence('ts id=a', 'const a = 1\n\nconst b = `x\ny`\nthrow new Error(String(a ** 2))')}`;
    const cell = compileNotebook(text).cells[0]!;
    const at = cell.body.split('\n').findIndex((line) => line.startsWith('throw'));
    assert.equal(text.split('\n')[cell.lines[at]! - 1], 'throw new Error(String(a ** 2))');
    assert.equal(cell.lines.length, cell.body.split('\n').length);
  });
});

describe('what a cell may not do', () => {
  it('stands at line and column', () => {
    assert.deepEqual(
      (({ line, column, endColumn }) => ({ line, column, endColumn }))(
        wrong('CELL_SYNTAX', ['js', 'const a = 1\nlet a = 2']),
      ),
      { line: 7, column: 5, endColumn: 6 },
    );
    assert.deepEqual((({ line, column }) => ({ line, column }))(wrong('CELL_SYNTAX', ['ts', 'const a: = 1'])), {
      line: 6,
      column: 10,
    });
    for (const [code, says] of [
      ['const a = models.', /^A name is missing here\.$/],
      ['let x: = 3', /^Unexpected token “=”\.$/],
      ['a b', /the end$/],
      ['return 3', /no `return`.*`display\(…\)`/],
    ] as const)
      assert.match(wrong('CELL_SYNTAX', ['ts', code]).message, says);
    assert.match(wrong('CELL_SYNTAX', ['js', 'return 3']).message, /no `return`/);
    assert.equal(wrong('CELL_NAME_UNKNOWN', ['js', '\n\n  nothing + 1']).column, 3);
  });

  it('is to import, to make code, to reach around', () => {
    wrong('CELL_IMPORT', ['js', 'import fs from "node:fs"']);
    wrong('CELL_IMPORT', ['js', 'const fs = await import("node:fs")']);
    wrong('CELL_IMPORT', ['js', 'import.meta.url']);
    wrong('CELL_IMPORT', ['js', 'export const a = 1']);
    wrong('CELL_REFUSED', ['js', 'eval("1")']);
    wrong('CELL_NAME_UNKNOWN', ['js', 'new Function("1")']);
    wrong('CELL_NAME_UNKNOWN', ['js', 'globalThis.x']);
    wrong('CELL_NAME_UNKNOWN', ['js', 'process.env']);
    wrong('CELL_NAME_UNKNOWN', ['js', 'document.cookie']);
    wrong('CELL_NAME_UNKNOWN', ['js', '$pow(1, 2)']);
    wrong('CELL_REFUSED', ['js', '$import("x"); const $import = 1']);
  });

  it('is to take a name twice, or one that is given', () => {
    wrong('CELL_NAME_TAKEN', ['js id=a', 'const x = 1'], ['js id=b', 'const x = 2']);
    for (const name of ['wages', 'models', 'Math', 'random', 'Plot', 'Array', 'then'])
      wrong('CELL_NAME_TAKEN', ['js', `const ${name} = 1`]);
    assert.equal(one('js', 'const document = 1').error, undefined);
  });

  it('is to assign elsewhere', () => {
    wrong('CELL_ASSIGNS', ['js id=a', 'let x = 1'], ['js id=b', 'x = 2']);
    wrong('CELL_ASSIGNS', ['js', 'wages++']);
    wrong('CELL_ASSIGNS', ['js', '[wages] = [1]']);
    wrong('CELL_ASSIGNS', ['js', 'for (wages of []) {}']);
    wrong('CELL_NAME_UNKNOWN', ['js', 'fresh = 2']);
  });

  it('is to go in a circle', () => {
    const error = wrong(
      'CELL_CYCLE',
      ['js id=a', 'const x = y'],
      ['js id=b', 'const y = z'],
      ['js id=c', 'const z = x'],
    );
    assert.match(error.message, /a → b → c → a/);
    wrong('CELL_CYCLE', ['js id=a name=x', 'x + 1']);
  });

  it('is to go in a circle of thousands, not to be read backwards through thousands', () => {
    const chain = Array.from(
      { length: 8_000 },
      (_, i) => [`js id=c${i}`, `const v${i} = v${i + 1}`] as [string, string],
    );
    const open = compile(...chain, ['js id=last', 'const v8000 = 1']);
    assert.deepEqual(
      open.filter((cell) => cell.error),
      [],
    );
    const closed = compile(...chain, ['js id=last', 'const v8000 = v0']);
    assert.equal(closed.filter((cell) => cell.error?.code === 'CELL_CYCLE').length, 8_001);
    assert.match(closed[9]!.error!.message, /^c0 → c1 → .* → … → .* → last → c0 is a circle\.$/);
  });

  it('is to seal what only draws', () => {
    wrong('CELL_READS_VIEW', ['js id=a view', 'const shown = 1'], ['js id=b', 'shown + 1']);
    assert.equal(compile(['js id=a view', 'const shown = 1'], ['js id=b view', 'shown + 1'])[1]!.error, undefined);
  });

  it('does not spread to those who read it', () => {
    const [a, b] = compile(['js id=a', 'const x = (1'], ['js id=b', 'x + 1']);
    assert.equal(a!.error?.code, 'CELL_SYNTAX');
    assert.deepEqual(a!.outputs, ['x']);
    assert.equal(b!.error, undefined);
  });
});

describe('what SES would refuse', () => {
  it('keeps its value', () => {
    assert.equal(value('"import(1) eval(2) <!-- -->"'), 'import(1) eval(2) <!-- -->');
    assert.equal(value('`import /* x */ (${1}) eval (${2}) <!-- -->`'), 'import /* x */ (1) eval (2) <!-- -->');
    assert.equal(value('String.raw`\\n<!--${1}import(`'), '\\n<!--1import(');
    assert.deepEqual(value('((s, ...v) => [[...s], [...s.raw], v])`a\\u{41}<!--\n${[1]}-->${2}`'), [
      ['aA<!--\n', '-->', ''], ['a\\u{41}<!--\n', '-->', ''], [[1], 2],
    ]); // prettier-ignore
    assert.equal((value('/<!--[/]"-->/gi') as RegExp).source, '<!--[/]"-->');
    assert.deepEqual(value('{"import(": 1, "-->": 2}'), { 'import(': 1, '-->': 2 });
    assert.deepEqual(Object.keys(value('({import(x) { return x }, eval() {}, a: 1})') as object), [
      'import',
      'eval',
      'a',
    ]);
    assert.equal(value('((n, k) => { /* --> import( */ while (n --> 0) k++; return k // <!-- eval(\n})(5, 0)'), 5);
    assert.equal(value('((a, b) => a <!--b)(1, 2)'), false);
  });

  it('whatever the text', () => {
    const piece = fc.constantFrom(
      'import',
      'eval',
      '(',
      '/*',
      ' ',
      '<!--',
      '-->',
      '<!-->',
      '"',
      '\\',
      '`',
      '$',
      '{',
      '\n',
      'x',
      '-',
      '>',
      '<!',
      '.',
    );
    const text = fc.array(piece, { maxLength: 12 }).map((list) => list.join(''));
    fc.assert(
      fc.property(text, (source) => {
        assert.equal(value(JSON.stringify(source)), source);
        const raw = source.replace(/[`\\$]/g, '\\$&');
        assert.equal(value(`\`${raw}\``), source);
        assert.equal(value(`String.raw\`${raw}\``), raw);
      }),
    );
  });
});

describe('powers', () => {
  it('are pinned wherever they stand', () => {
    assert.equal(value('2 ** 3 ** 2 + (-2) ** 2 * 2'), 520);
    assert.equal(value('((a, b) => (a) /* ** */ ** (b + 1))(2, 2)'), 8);
    assert.equal(
      value(
        '(() => { let a = 3; a **= 2; const o = {x: 2, y: [3]}; o.x **= 3; o.y[0] **= 2; o["y"][0] **= 1; return a + o.x + o.y[0] })()',
      ),
      26,
    );
    assert.equal(value('2n ** 70n'), 2n ** 70n);
    assert.throws(() => value('2n ** 2'), TypeError);
    assert(!one('js', 'let q = 2\nq **= 3').body.includes('**'));
  });
});

describe('SQL', () => {
  it('finds the tables that it reads', () => {
    assert.deepEqual(tables('SELECT * FROM wages JOIN people USING (id)'), ['wages', 'people']);
    assert.deepEqual(tables('select wages.x, people from Wages, "people" p order by 1'), ['wages', 'people']);
    assert.deepEqual(tables('with wages as (select 1 a), b(c) as (select 2) select * from wages, b'), []);
    assert.deepEqual(
      tables("select extract(year from people), 'from people' -- from people\n from (select * from wages)"),
      ['wages'],
    );
    assert.deepEqual(tables('from wages select count(*) where a is distinct from people'), ['wages']);
    assert.deepEqual(tables('select * from range(3) people'), []);
  });

  it('binds what stands in ${}', () => {
    const cell = compile(
      ['js id=k', 'const least = 1'],
      ['sql id=q name=q', "select * from wages\nwhere a > ${least * 2 ** 2} and b = '${x}'"],
    )[1]!;
    assert.equal(cell.error?.code, 'CELL_SYNTAX');
    const good = compile(
      ['js id=k', 'const least = 1'],
      ['sql id=q name=q', 'select * from wages\nwhere a > ${least * 2 ** 2}'],
    )[1]!;
    assert.deepEqual(evaluate(good, { least: 1, wages: 'W' }), {
      name: 'q', sql: ['select * from wages\nwhere a > ', ''], tables: { wages: 'W' }, values: [4],
    }); // prettier-ignore
  });

  it('refuses what varies or changes something', () => {
    for (const query of [
      'select random()',
      'select now()',
      'select current_date',
      'select * from wages using sample 3',
      'select uuid()',
    ]) {
      assert.equal(one('sql', query).error?.code, 'SQL_VARIES', query);
    }
    for (const query of ['create table t as select 1', 'select 1; select 2', "attach 'x'", "copy wages to 'x'", '']) {
      assert.equal(one('sql', query).error?.code, 'CELL_REFUSED', query);
    }
    assert.equal(one('sql', 'select "random", now as a from wages;').error, undefined);
  });
});

describe('prose', () => {
  it('is a cell where it holds an expression', () => {
    assert.equal(prose('Nothing \\${n} here, nor `${n}` or\n~~~\n${n}\n~~~\n'), undefined);
    const cell = prose('There are ${n ** 2 + `${n}`.length} of \\${these} <!-- ${"}"} -->.\n')!;
    assert.equal(cell.id, 'text-2');
    assert.deepEqual(evaluate(cell, { n: 2 }), {
      text: ['There are ', ' of ${these} <!-- ', ' -->.\n'],
      values: [5, '}'],
    });
  });

  it('says where an expression is wrong', () => {
    assert.equal(prose('One\n\ntwo ${nothing}')!.error?.line, 10);
    assert.equal(prose('One ${n')!.error?.code, 'CELL_SYNTAX');
  });
});

describe('digests', () => {
  it('stay while the cell stays', () => {
    const [a] = compile(['js id=a', 'const a = 1'], ['js id=b', 'const b = 2']);
    assert.equal(compile(['js id=z', 'const z = 0'], ['js id=a', 'const a = 1'])[1]!.digest, a!.digest);
    assert.notEqual(compile(['js id=a', 'const a = 2'])[0]!.digest, a!.digest);
  });

  it('do not depend on line ends', () => {
    const text = FRONT + fence('ts id=a', 'const a: string = `x\ny`');
    assert.deepEqual(compileNotebook(text.replaceAll('\n', '\r\n')).cells, compileNotebook(text).cells);
  });
});
