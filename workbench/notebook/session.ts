/** One open notebook for Solid: the state as a signal, and the effects that the reducer asks for. */
import { type Accessor, createMemo, createSignal, on, onCleanup, untrack } from 'solid-js';
import { AssayError, type ErrorJson } from '#common/errors.ts';
import type { CompiledCell } from '#common/notebook.ts';
import { useKernel } from '../kernel.tsx';
import type { NotebookFile } from '../kernel-types.ts';
import { toast, toastError } from '../parts/toast.ts';
import { isTextError, openSession, reduce } from '../session/reduce.ts';
import { staleCells } from '../session/status.ts';
import type { Action, Block, Operation, Session } from '../session/state.ts';
import { clearDraft, readDraft, writeDraft } from './draft.ts';
import type { FrameHost } from './frame-host.ts';

const SAVE_AFTER = 700;
const CHECK_AFTER = 350;
/** After a save that failed; at once when the kernel is back. */
const RETRY_AFTER = 5000;

export interface OpenNotebook {
  readonly state: Accessor<Session>;
  readonly stale: Accessor<ReadonlySet<string>>;
  /** By key. */
  readonly blocks: Accessor<ReadonlyMap<string, Block>>;
  /** As compiled last, by id. Every cell looks itself up at every step: a search would cost the square of their number. */
  readonly compiled: Accessor<ReadonlyMap<string, CompiledCell>>;
  /** Returns false when the operation left a text that is no notebook: nothing changed then. */
  readonly dispatch: (operation: Operation) => boolean;
  /** Gives the session the frame in which its cells run. */
  readonly attach: (frame: FrameHost) => void;
}

export function createOpenNotebook(file: NotebookFile): OpenNotebook {
  const { client, onEvent, connection } = useKernel();
  const [state, setState] = createSignal(openSession(file.name, file.source, file.digest));
  const stale = createMemo(() => staleCells(state()));
  const list = createMemo(() => state().blocks);
  const blocks = createMemo(() => new Map(list().map((block) => [block.key, block])));
  const checked = createMemo(() => state().checked ?? state().defined);
  const compiled = createMemo(() => new Map(checked()?.cells.map((cell) => [cell.id, cell])));
  let frame: FrameHost | undefined;
  let saveTimer: ReturnType<typeof setTimeout> | undefined;
  let checkTimer: ReturnType<typeof setTimeout> | undefined;
  let running = 0;
  let inFlight = false;
  /** That were answered. */
  let saves = 0;
  /** What the file has by the last event, where a save was under way. */
  let told: string | null | undefined;

  const dispatch = (operation: Operation): boolean => {
    const before = state();
    try {
      const { state: next, actions } = reduce(before, operation);
      setState(next);
      for (const action of actions) perform(action);
      if (next.source !== before.source) changed();
      return true;
    } catch (error) {
      if (!isTextError(error)) throw error;
      toastError(error);
      return false;
    }
  };

  const changed = (): void => {
    const { source, base } = state();
    clearTimeout(saveTimer);
    clearTimeout(checkTimer);
    if (source === base.source) clearDraft(file.name);
    else writeDraft(file.name, { base: base.digest, source });
    saveTimer = setTimeout(() => dispatch({ op: 'save' }), SAVE_AFTER);
    checkTimer = setTimeout(() => dispatch({ op: 'check' }), CHECK_AFTER);
  };

  const settle = async (work: Promise<void> | undefined): Promise<void> => {
    const run = ++running;
    await work?.catch(toastError);
    if (run === running) dispatch({ op: 'settled' });
  };

  const perform = (action: Action): void => {
    switch (action.do) {
      case 'compile':
        client.compile(action.source).then(
          (notebook) => dispatch({ op: 'compiled', source: action.source, notebook, run: action.run }),
          (error: unknown) => dispatch({ op: 'uncompiled', source: action.source, error: json(error) }),
        );
        break;
      case 'define':
        void settle(frame?.define(action.notebook));
        break;
      case 'rerun':
        void settle(frame?.run(action.ids));
        break;
      case 'restart':
        frame?.restart();
        break;
      case 'save':
        inFlight = true;
        client.saveNotebook(file.name, action.source, action.base).then(
          (digest) => {
            landed();
            dispatch({ op: 'saved', digest, source: action.source });
            if (told !== undefined && told !== digest) void readDisk();
            told = undefined;
            if (state().saving.kind === 'saved') clearDraft(file.name);
            else saveTimer = setTimeout(() => dispatch({ op: 'save' }), SAVE_AFTER);
          },
          (error: AssayError) => {
            landed();
            if (error.code === 'NOTEBOOK_CHANGED') return void readDisk();
            dispatch({ op: 'unsaved', error: json(error) });
            clearTimeout(saveTimer);
            saveTimer = setTimeout(() => dispatch({ op: 'save' }), RETRY_AFTER);
          },
        );
        break;
      case 'seal':
        client
          .seal({
            notebook: file.name,
            id: action.call,
            ...(action.root === null ? {} : { root: action.root, cells: action.cells }),
          })
          .then(
            (outcome) => dispatch({ op: 'sealed', outcome }),
            (error: unknown) => dispatch({ op: 'unsealed', error: json(error) }),
          );
        break;
      case 'told':
        toast(action.text, action.undo ? { action: { label: 'Undo', run: () => dispatch({ op: 'undo' }) } } : {});
    }
  };

  const landed = (): void => {
    inFlight = false;
    saves++;
  };

  const readDisk = async (): Promise<void> => {
    const before = saves;
    const there = await client
      .notebook(file.name)
      .catch((error: AssayError) => (error.code === 'NOT_FOUND' ? null : undefined));
    if (there === undefined) return;
    // What was read may be older than a save that landed meanwhile; one under way is refused if somebody else wrote.
    if (saves !== before) return readDisk();
    if (inFlight) return;
    // What was being saved was refused: it is still to be saved, over what is there or not at all.
    if (state().saving.kind === 'saving') setState((now) => ({ ...now, saving: { kind: 'dirty' } }));
    dispatch({ op: 'disk', digest: there?.digest ?? null, source: there?.source ?? null });
  };

  onEvent((event) => {
    if (event.type === 'notebook' && event.name === file.name && event.digest !== state().base.digest) {
      // While a save is under way this may be its own doing.
      if (inFlight) told = event.digest;
      else void readDisk();
    }
    if (event.type === 'progress') dispatch({ ...event, op: 'progress' });
    if (event.type === 'seal' && event.notebook === file.name && event.state === 'cell')
      dispatch({ op: 'sealing', cell: event.cell ?? null, done: event.done ?? 0, total: event.total ?? 0 });
  });
  // Events were lost: the file may have changed unseen.
  const look = (): void => void readDisk();
  addEventListener('assay:gap', look);
  onCleanup(() => removeEventListener('assay:gap', look));
  const online = createMemo(() => connection() === 'online');
  const retry = (): void => {
    if (untrack(state).saving.kind === 'failed') dispatch({ op: 'save' });
    if (untrack(state).problem !== null) dispatch({ op: 'check' });
  };
  createMemo(on(online, (back) => back && queueMicrotask(retry)));
  onCleanup(() => {
    clearTimeout(saveTimer);
    clearTimeout(checkTimer);
    if (state().source !== state().base.source && state().saving.kind === 'dirty') dispatch({ op: 'save' });
    frame?.close();
  });

  const draft = readDraft(file.name);
  if (draft && draft.source !== file.source) resume(draft);

  /** What was typed and never reached the kernel: goes on if the file is still the one it was typed into, else both stand. */
  function resume({ base, source }: { readonly base: string | null; readonly source: string }): void {
    const held = openSession(file.name, source, base ?? '');
    if (base === file.digest) {
      setState({
        ...held,
        base: { digest: file.digest, source: file.source },
        past: [{ source: file.source, selected: null }],
        saving: { kind: 'dirty' },
      });
      toast('Brought back what was not saved last time.', {
        action: { label: 'Undo', run: () => dispatch({ op: 'undo' }) },
      });
      changed();
    } else setState({ ...held, saving: { kind: 'conflict', theirs: file.source, digest: file.digest } });
  }

  return { state, stale, blocks, compiled, dispatch, attach: (next) => (frame = next) };
}

const json = (error: unknown): ErrorJson => AssayError.from(error).toJSON();
