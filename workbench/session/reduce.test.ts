import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CellState, CompiledCell, CompiledNotebook } from '#common/notebook.ts';
import { openSession, reduce } from './reduce.ts';
import { staleCells, statusOf } from './status.ts';
import type { Action, Operation, Session } from './state.ts';

const SOURCE = `---
title: Two cells
uses: [] # none yet
seed: 7
---

# Two cells

Some words.

\`\`\`ts id=a name=a
const a = 1;
\`\`\`

\`\`\`ts id=b name=b
const b = a + 1;
\`\`\`

Last words.
`;

const DIGEST = 'd'.repeat(64);
const start = (): Session => openSession('two', SOURCE, DIGEST);

function after(state: Session, ...operations: Operation[]): { state: Session; actions: Action[] } {
  const actions: Action[] = [];
  for (const operation of operations) {
    const next = reduce(state, operation);
    state = next.state;
    actions.push(...next.actions);
  }
  return { state, actions };
}

const cell = (id: string, inputs: string[], digest: string): CompiledCell => ({
  id,
  kind: 'value',
  inputs,
  outputs: [id],
  body: '',
  lines: [],
  digest,
});
const notebook = (digest: string, a = 'a1', b = 'b1'): CompiledNotebook => ({
  digest,
  title: 'Two cells',
  uses: [],
  datasets: [],
  seed: 7,
  compare: [],
  cells: [cell('a', [], a), cell('b', ['a'], b)],
});
const run = (state: Session, compiled: CompiledNotebook, keys: Extract<Operation, { op: 'run' }>['keys'] = 'changed') =>
  after(state, { op: 'run', keys }, { op: 'compiled', source: state.source, notebook: compiled, run: keys });

describe('session', () => {
  it('shows texts and cells, not the blank lines between them', () => {
    assert.deepEqual(
      start().blocks.map(({ key }) => key),
      ['text:0', 'cell:a', 'cell:b', 'text:1'],
    );
  });

  it('undoes one stretch of typing at once, and redoes it', () => {
    const typed = after(
      start(),
      { op: 'type', key: 'cell:a', text: 'const a = 12;', at: 0 },
      { op: 'type', key: 'cell:a', text: 'const a = 123;', at: 300 },
      { op: 'type', key: 'cell:a', text: 'const a = 5;', at: 5000 },
    ).state;
    assert.match(typed.source, /const a = 5;/);
    assert.equal(typed.saving.kind, 'dirty');
    const once = after(typed, { op: 'undo' }).state;
    assert.match(once.source, /const a = 123;/);
    const twice = after(once, { op: 'undo' }).state;
    assert.equal(twice.source, SOURCE);
    assert.equal(twice.saving.kind, 'saved');
    assert.equal(after(twice, { op: 'undo' }).state.source, SOURCE);
    assert.match(after(twice, { op: 'redo' }, { op: 'redo' }).state.source, /const a = 5;/);
  });

  it('adds a cell with blank lines around it, moves it, removes it, and leaves the rest of the file alone', () => {
    const added = after(start(), {
      op: 'add',
      block: { kind: 'cell', language: 'sql', view: false },
      near: 'cell:a',
      where: 'after',
    }).state;
    const [, , fresh] = added.blocks;
    assert.equal(added.selected, fresh?.key);
    assert.equal(added.mode, 'edit');
    assert.match(added.source, /```\n\n```sql id=\w+\n```\n\n```ts id=b/);
    const moved = after(added, { op: 'move', key: fresh?.key ?? '', by: -1 }).state;
    assert.deepEqual(
      moved.blocks.map(({ key }) => key),
      ['text:0', fresh?.key, 'cell:a', 'cell:b', 'text:1'],
    );
    const removed = after(moved, { op: 'remove', key: fresh?.key ?? '' });
    assert.equal(removed.state.source, SOURCE);
    assert.deepEqual(removed.actions, [{ do: 'told', text: 'Deleted a cell.', undo: true }]);
    assert.equal(after(removed.state, { op: 'undo' }).state.source, moved.source);
  });

  it('moves a text by moving its neighbour', () => {
    const moved = after(start(), { op: 'move', key: 'text:1', by: -1 }).state;
    assert.deepEqual(
      moved.blocks.map(({ source }) => source.trim().split('\n').at(-1)),
      ['Some words.', '```', 'Last words.', '```'],
    );
    assert.equal(moved.selected, 'text:1');
  });

  it('adds text beside text, ready to be edited', () => {
    const added = after(start(), { op: 'add', block: { kind: 'text' }, near: 'cell:a', where: 'after' }).state;
    assert.deepEqual(
      added.blocks.map(({ key }) => key),
      ['text:0', 'cell:a', 'text:1', 'cell:b', 'text:2'],
    );
    assert.equal(added.selected, 'text:1');
  });

  it('changes front matter and keeps its comments', () => {
    const { source, document } = after(start(), { op: 'front', to: { uses: ['models.train'], title: 'Three' } }).state;
    assert.deepEqual(document.uses, ['models.train']);
    assert.equal(document.title, 'Three');
    assert.match(source, /# none yet/);
    assert.match(source, /\nseed: 7\n/);
  });

  it('takes the title from the first heading, when that is written anew', () => {
    const { document, source } = after(start(), {
      op: 'type',
      key: 'text:0',
      text: '# Both cells\n\nSome words.',
      at: 0,
    }).state;
    assert.equal(document.title, 'Both cells');
    assert.match(source, /^title: Both cells$/m);
  });

  it('refuses text that leaves a fence open', () => {
    assert.throws(() => reduce(start(), { op: 'type', key: 'text:1', text: '```ts\nopen', at: 0 }), {
      code: 'NOTEBOOK_INVALID',
    });
  });

  it('compiles and defines when run, and runs again only what defining leaves alone', () => {
    const first = run(start(), notebook('n1'));
    assert.deepEqual(
      first.actions.map((action) => action.do),
      ['compile', 'define'],
    );
    const again = run(first.state, notebook('n1'), ['cell:a']);
    assert.deepEqual(again.actions.slice(1), [{ do: 'rerun', ids: ['a'] }]);
    const changed = run(first.state, notebook('n2', 'a2'), ['cell:a']);
    assert.deepEqual(
      changed.actions.slice(1).map((action) => action.do),
      ['define'],
    );
    const all = run(first.state, notebook('n1'), 'all');
    assert.deepEqual(all.actions.slice(1), [{ do: 'rerun', ids: null }]);
  });

  it('what failed for want of the kernel runs again with what changed; what fails by itself does not', () => {
    const first = run(start(), notebook('1'));
    const failed = (id: string, code: 'OFFLINE' | 'CELL_FAILED'): CellState => ({
      id,
      version: 9,
      status: 'failed',
      error: { code, message: '', hint: '' },
    });
    const { state } = after(first.state, {
      op: 'reported',
      states: [failed('a', 'OFFLINE'), failed('b', 'CELL_FAILED')],
    });
    assert.deepEqual(run(state, notebook('2', 'a1', 'b2')).actions.slice(1), [
      { do: 'define', notebook: notebook('2', 'a1', 'b2') },
      { do: 'rerun', ids: ['a'] },
    ]);
  });

  it('marks a changed cell and what reads it as stale', () => {
    const { state } = run(start(), notebook('n1'));
    const done = after(state, {
      op: 'reported',
      states: [
        { id: 'a', version: 1, status: 'done' },
        { id: 'b', version: 1, status: 'done' },
      ],
    }).state;
    assert.equal(staleCells(done).size, 0);
    const typed = after(done, { op: 'type', key: 'cell:a', text: 'const a = 2;', at: 0 }).state;
    assert.deepEqual([...staleCells(typed)], ['a', 'b']);
    assert.equal(statusOf(typed, staleCells(typed), 'b'), 'stale');
    const back = after(typed, { op: 'undo' }).state;
    assert.equal(statusOf(back, staleCells(back), 'a'), 'done');
  });

  it('refuses reports of an older run', () => {
    const { state } = after(
      start(),
      { op: 'reported', states: [{ id: 'a', version: 3, status: 'done' }] },
      { op: 'reported', states: [{ id: 'a', version: 2, status: 'failed' }] },
    );
    assert.equal(state.cells['a']?.status, 'done');
  });

  it('stops by replacing the frame', () => {
    const { state, actions } = after(
      start(),
      { op: 'reported', states: [{ id: 'a', version: 1, status: 'running' }] },
      { op: 'stop' },
    );
    assert.deepEqual(actions, [{ do: 'restart' }]);
    assert.equal(state.cells['a']?.status, 'stopped');
    assert.equal(state.defined, null);
  });

  it('saves over the version that was edited, and again what was typed meanwhile', () => {
    const typed = after(start(), { op: 'type', key: 'cell:a', text: 'const a = 2;', at: 0 }, { op: 'save' });
    assert.deepEqual(typed.actions, [{ do: 'save', source: typed.state.source, base: DIGEST }]);
    const more = after(typed.state, { op: 'type', key: 'cell:a', text: 'const a = 3;', at: 1 }, { op: 'save' });
    assert.deepEqual(more.actions, []);
    const saved = after(more.state, { op: 'saved', digest: 'e'.repeat(64), source: typed.state.source }).state;
    assert.equal(saved.saving.kind, 'dirty');
    assert.equal(after(saved, { op: 'save' }).actions.length, 1);
  });

  it('takes a change on disk when nothing was edited, and asks when something was', () => {
    const theirs = SOURCE.replace('a = 1', 'a = 9');
    const taken = after(start(), { op: 'disk', digest: 'f'.repeat(64), source: theirs }).state;
    assert.equal(taken.source, theirs);
    assert.equal(after(taken, { op: 'undo' }).state.source, SOURCE);
    const edited = after(
      start(),
      { op: 'type', key: 'cell:b', text: 'const b = 4;', at: 0 },
      { op: 'disk', digest: 'f'.repeat(64), source: theirs },
    ).state;
    assert.equal(edited.saving.kind, 'conflict');
    assert.deepEqual(after(edited, { op: 'save' }).actions, []);
    const mine = after(edited, { op: 'resolve', keep: 'mine' });
    assert.deepEqual(mine.actions, [{ do: 'save', source: edited.source, base: 'f'.repeat(64) }]);
    const other = after(edited, { op: 'resolve', keep: 'theirs' }).state;
    assert.equal(other.source, theirs);
    assert.equal(after(other, { op: 'undo' }).state.source, edited.source);
  });

  it('saves before it seals', () => {
    const waiting = after(
      start(),
      { op: 'type', key: 'cell:a', text: 'const a = 2;', at: 0 },
      { op: 'seal', call: 's1', at: 5 },
    );
    assert.deepEqual(
      waiting.actions.map((action) => action.do),
      ['save'],
    );
    const sealing = after(waiting.state, { op: 'saved', digest: 'e'.repeat(64), source: waiting.state.source });
    assert.deepEqual(sealing.actions, [{ do: 'seal', root: null, cells: {}, call: 's1' }]);
    assert.equal(sealing.state.sealing.kind, 'running');
  });
});
