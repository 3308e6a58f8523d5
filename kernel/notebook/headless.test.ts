import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { sha256Hex } from '#crypto';
import { AssayError } from '#common/errors.ts';
import type { CellState, NotebookRun } from '#common/notebook.ts';
import { Table } from '#common/data/table.ts';
import { decodeValue } from '#common/value/value.ts';
import { compileNotebook } from './compile.ts';
import { runHeadless, warmUp, type HeadlessOptions } from './headless.ts';

const WAGES = Table.fromColumns({
  name: ['Ada', 'Bo', 'Cy'],
  wage: [12.5, null, 7],
  born: [new Date(0), null, new Date(1e12)],
});
const FRONT = '---\nuses: [models, shap.explain]\ndatasets: [wages]\nseed: 5\n---\n';

const notebook = (cells: Record<string, string>): string =>
  FRONT +
  Object.entries(cells)
    .map(
      ([id, code]) =>
        `\`\`\`${id.startsWith('sql') ? 'sql' : 'js'} id=${id}${/^(?:sql|n)_/.test(id) ? ` name=${id}` : ''}\n${code}\n\`\`\`\n`,
    )
    .join('');

interface Ran extends NotebookRun {
  readonly states: Readonly<Record<string, CellState>>;
  readonly values: Readonly<Record<string, Record<string, unknown>>>;
}

async function run(text: string, options: Partial<HeadlessOptions> = {}): Promise<Ran> {
  const values: Record<string, Record<string, unknown>> = {};
  const digests: Record<string, string> = {};
  const done = await runHeadless(compileNotebook(text), {
    call: async (_cell, method, input) => ({ result: { method, input }, receipt: 'ab'.repeat(32) }),
    dataset: async () => ({ $: 'table', rows: WAGES.rows, columns: WAGES.columns }),
    onValue: (id, bytes) => {
      digests[id] = sha256Hex(bytes);
      values[id] = decodeValue(bytes) as Record<string, unknown>;
    },
    ...options,
  });
  const states = Object.fromEntries(done.cells.map((cell) => [cell.id, cell]));
  for (const [id, digest] of Object.entries(digests))
    if (states[id]!.status === 'done') assert.equal(states[id]!.digest, digest, id);
  return { ...done, states, values };
}

const valuesOf = async (
  cells: Record<string, string>,
  options: Partial<HeadlessOptions> = {},
): Promise<Record<string, unknown>> => {
  const { values, states } = await run(notebook(cells), options);
  for (const state of Object.values(states)) assert.equal(state.status, 'done', JSON.stringify(state.error));
  return Object.fromEntries(
    Object.entries(values).map(([id, outputs]) => [
      id,
      Object.keys(outputs).length === 1 ? Object.values(outputs)[0] : outputs,
    ]),
  );
};

const failure = async (cells: Record<string, string>, id: string, options: Partial<HeadlessOptions> = {}) => {
  const { states } = await run(notebook(cells), options);
  assert.equal(states[id]!.status, 'failed');
  return states[id]!.error!;
};

const refuse = async (): Promise<never> => {
  throw new AssayError('INPUT_INVALID', 'No such column.', { where: 'data.wage' });
};

const escape = (code: string): string =>
  `(() => { try { return String(${code}) } catch (error) { return error.name } })()`;

describe('a headless run', { concurrency: 2 }, () => {
  it('gives values and a root, the same each time', async () => {
    const cells = {
      a: 'const x = 2, y = [x, random()]',
      n_z: 'x ** 0.5 + y.length',
      p: 'const late = Promise.resolve({ok: true})',
      q: 'late.ok',
    };
    const [first, second] = [await run(notebook(cells)), await run(notebook(cells))];
    assert.equal(first.root, second.root);
    assert.equal(first.values['n_z']!['n_z'], Math.SQRT2 + 2);
    assert.equal(first.values['q']![''], true);
    assert.deepEqual(first.states['a']!.outputs!.map(({ name, type }) => [name, type]), [['x', 'number'], ['y', 'array 2']]); // prettier-ignore
  });

  it('does not depend on the order of the cells but for the root', async () => {
    const cells = {
      b: 'const r = random() + s',
      c: 'const t = [random(), now(), new Date()]',
      a: 'const s = random()',
    };
    const [one, two] = [await run(notebook(cells)), await run(notebook({ a: cells.a, b: cells.b, c: cells.c }))];
    for (const id of ['a', 'b', 'c']) assert.equal(one.states[id]!.digest, two.states[id]!.digest);
    assert.notEqual(one.root, two.root);
    assert.notEqual(
      (await run(notebook(cells).replace('seed: 5', 'seed: 6'))).states['a']!.digest,
      one.states['a']!.digest,
    );
  });

  it('gives data sets and plugins', async () => {
    const { values, states } = await run(
      notebook({
        rows: 'wages.toArray()',
        fit: 'const fit = await models.train({data: wages, target: "wage"})',
        e: 'shap.explain({model: fit.method})',
      }),
    );
    assert.deepEqual((values['rows']![''] as unknown[])[1], { name: 'Bo', wage: null, born: null });
    assert.deepEqual(states['fit']!.receipts, ['ab'.repeat(32)]);
    const { method, input } = values['fit']!['fit'] as { method: string; input: { data: { $: string } } };
    assert.deepEqual([method, input.data.$], ['models.train', 'table']);
    assert.deepEqual((values['e']![''] as { input: unknown }).input, { model: 'models.train' });
  });

  it('asks SQL, in duckdb-wasm, with bound parameters', async () => {
    const { sql_a, sql_b, sql_c } = await valuesOf({
      k: "const least = 8, who = ['Ada', \"B'o\", null]",
      sql_a:
        'select name, wage * 2 as twice, ${new Date(5)} as moment from wages where wage > ${least} or name in (${who}) order by name',
      sql_b: 'select count(*) as n, sum(twice) as s, max(moment) as moment from sql_a',
      sql_c:
        "select 1::tinyint as a, 2::bigint b, 9007199254740993 c, 1.25::decimal(9,2) d, 'é' e, true f, null::integer g, date '2020-02-03' h, (${NaN})::double i, sum(3::hugeint) j, [1] is null k, 3000000000::uinteger l, 1.5::float m",
    });
    assert.deepEqual(new Table(sql_a as Table).toArray(), [{ name: 'Ada', twice: 25, moment: new Date(5) }]);
    assert.deepEqual(new Table(sql_b as Table).toArray(), [{ n: 1, s: 25, moment: new Date(5) }]);
    const types = (sql_c as Table).columns.map(({ name, type }) => `${name}:${type}`).join(' ');
    assert.equal(
      types,
      'a:int32 b:float64 c:int64 d:float64 e:text f:bool g:int32 h:date i:float64 j:float64 k:bool l:float64 m:float64',
    );
    assert.deepEqual(new Table(sql_c as Table).toArray()[0], {
      a: 1, b: 2, c: 9007199254740993n, d: 1.25, e: 'é', f: true, g: null, h: new Date('2020-02-03'), i: NaN, j: 3, k: false, l: 3e9, m: 1.5,
    }); // prettier-ignore
    const cells = {
      k: 'const text = "x"',
      sql_a: 'select nothing from wages',
      sql_b: 'select * from text',
      sql_c: "select * from read_text('/etc/passwd')",
      sql_d: 'select {a: 1} as s',
    };
    const { states } = await run(notebook(cells));
    assert.deepEqual(
      ['sql_a', 'sql_b', 'sql_c', 'sql_d'].map((id) => states[id]!.error!.code),
      ['SQL_FAILED', 'SQL_VALUE', 'SQL_FAILED', 'SQL_VALUE'],
    );
  });

  it('fails a cell and what reads it, and names the line', async () => {
    const text = notebook({
      a: 'const ok = 1',
      b: '\n\nconst f = () => { throw new RangeError("deep") }\nconst v = f()',
      c: 'v + 1',
      d: 'ok + 1',
    });
    const { states, root } = await run(text);
    assert.equal(states['b']!.error!.code, 'CELL_FAILED');
    assert.match(states['b']!.error!.message, /RangeError: deep/);
    assert.match(text.split('\n')[states['b']!.error!.line! - 1]!, /throw new RangeError/);
    assert.equal(states['c']!.error!.code, 'CELL_INPUT_FAILED');
    assert.equal(states['d']!.status, 'done');
    assert.equal(root, (await run(text.replace('"deep"', '"other words"'))).root, 'messages are not sealed');
    assert.notEqual(root, (await run(text.replace('RangeError', 'TypeError'))).root);
  });

  it('passes a plugin’s error on with its code', async () => {
    assert.equal((await failure({ a: 'await models.train({})' }, 'a', { call: refuse })).code, 'INPUT_INVALID');
    assert.equal((await failure({ a: 'await shap.other({})' }, 'a')).code, 'NOT_USED');
    const caught = { a: 'let code; try { await models.train({}) } catch (error) { code = error.code }' };
    assert.equal((await valuesOf(caught, { call: refuse }))['a'], 'INPUT_INVALID');
  });

  it('keeps what a cell gave from being changed', async () => {
    assert.match((await failure({ a: 'const list = [3, 1, {k: 1}]', b: 'list.sort()' }, 'b')).message, /TypeError/);
    assert.match((await failure({ a: 'const o = {deep: {k: 1}}', b: 'o.deep.k = 2' }, 'b')).message, /TypeError/);
    for (const [make, change] of [
      ['Float64Array.of(1, 2)', 'shared[0] = 7'],
      ['new Map([[1, 2]])', 'shared.set(1, 3)'],
      ['new Date(0)', 'shared.setTime(5)'],
      ['Table.fromColumns({a: Float64Array.of(1)})', 'shared.column("a")[0] = 9'],
      ['Array.from({length: 20000}, (_, i) => i)', 'shared[5] = -1'],
      ['Uint8Array.of(1, 2, 3, 4, 5).subarray(1)', 'shared[3] = 7'],
      ['new Map([[1, 2]])', 'shared.set("f", () => 1)'],
      ['[1, Float64Array.of(1)], other = 2', 'shared[1][0] = other'],
    ]) {
      assert.equal((await failure({ a: `const shared = ${make}`, b: change! }, 'a')).code, 'CELL_MUTATED', make);
    }
  });

  it('gives random numbers and the clock to the running cell only', async () => {
    const error = await failure({ a: 'const draw = () => random()', b: 'draw()' }, 'b');
    assert.equal(error.code, 'CELL_CLOCK');
    const cells = {
      a: 'const draw = (random) => random()',
      b: 'draw(random) < 1',
      t: '[Date.now() - new Date().getTime(), now() - Date.now(), Math.random() === random()]',
    };
    assert.deepEqual((await valuesOf(cells))['t'], [-1, -1, false]);
  });

  it('refuses values that are no data, and takes functions by their text', async () => {
    assert.equal((await failure({ a: 'class A {}; const a = new A()' }, 'a')).code, 'VALUE_UNSUPPORTED');
    assert.equal((await failure({ a: 'const o = {f() {}}' }, 'a')).code, 'VALUE_UNSUPPORTED');
    const [one, two] = [
      await run(notebook({ a: 'const f = (x) => x + 1' })),
      await run(notebook({ a: 'const f = (x) => x + 2' })),
    ];
    assert.equal(one.states['a']!.status, 'done');
    assert.notEqual(one.root, two.root);
  });

  it('gives cells no way out', async () => {
    const tries = {
      constructor: '[].constructor.constructor("return typeof process")()',
      async: '(async () => 1).constructor("return 1")()',
      generator: '(function* () {}).constructor("return 1")()',
      prototype: 'Object.prototype.polluted = 1',
      array: 'Array.prototype.push = 1',
      table: 'Table.prototype.toArray = 1',
      math: 'Math.sin = 1',
      global: 'this.leak = 1',
      eval: '(0, this.eval)("typeof process")',
      process: 'typeof this.process + typeof this.fetch + typeof this.require',
      imports: '(0, this.eval)("import" + "(\'node:fs\')")',
      stack: 'new Error("x").stack',
      locale: '(1234.5).toLocaleString("de") + ["a", "B"].sort((a, b) => a.localeCompare(b))',
      parse:
        'new Date("3/4/2020").getTime() + " " + new Date(2020, 1).getHours() + " " + new Date(2020, 1).getTimezoneOffset()',
      dates: 'new (new Date(0).constructor)(2020, 1).toISOString() + new Date(0).toString()',
    };
    const cells = Object.fromEntries(Object.entries(tries).map(([id, code]) => [id, escape(code)]));
    assert.deepEqual(await valuesOf(cells), {
      constructor: 'TypeError',
      async: 'TypeError',
      generator: 'TypeError',
      prototype: 'TypeError',
      array: 'TypeError',
      table: 'TypeError',
      math: 'TypeError',
      global: 'TypeError',
      eval: 'TypeError',
      process: 'undefinedundefinedundefined',
      imports: 'TypeError',
      stack: '',
      locale: '1234.5B,a',
      parse: 'NaN 0 0',
      dates: '2020-02-01T00:00:00.000ZThu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)',
    });
  });

  it('ends when it takes too long or is cancelled', async () => {
    await assert.rejects(run(notebook({ a: 'for (;;);' }), { timeoutMs: 400 }), { code: 'TIMEOUT' });
    await assert.rejects(run(notebook({ a: 'await new Promise(() => {})' }), { timeoutMs: 400 }), { code: 'TIMEOUT' });
    const stop = new AbortController();
    const seen: string[] = [];
    const onStates = (states: readonly CellState[]): void => {
      seen.push(...states.map(({ id, status }) => `${id} ${status}`));
      if (seen.includes('b running')) stop.abort();
    };
    await assert.rejects(run(notebook({ a: 'const x = 1', b: 'x; for (;;);' }), { signal: stop.signal, onStates }), {
      code: 'CANCELLED',
    });
    assert(seen.includes('b running'), seen.join());
    await assert.rejects(run(notebook({}), { signal: AbortSignal.abort() }), { code: 'CANCELLED' });
  });

  it('may start its worker ahead', async () => {
    warmUp();
    assert.equal((await run(notebook({ a: '1 + 1' }))).states['a']!.status, 'done');
  });

  after(() => assert.equal(typeof globalThis.Date.now(), 'number', 'this realm was left alone'));
});
