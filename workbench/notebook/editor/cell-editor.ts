/** A CodeMirror editor for one cell. Loaded when the first cell comes into view; the rest of the page never imports CodeMirror. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  completionStatus,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab, redoDepth, undoDepth } from '@codemirror/commands';
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches } from '@codemirror/search';
import { Annotation, Compartment, EditorState, Prec, Transaction } from '@codemirror/state';
import { EditorView, highlightSpecialChars, keymap } from '@codemirror/view';
import type { Language } from '#common/notebook.ts';
import type { CompletionWorld } from '../completion.ts';
import { languageOf } from './languages.ts';
import { completeFrom, goesOn, hoverFrom } from './assist.ts';
import { type CallProblem, checkCalls } from './call-check.ts';
import { editorTheme, highlighting } from './theme.ts';

export interface CellProblem {
  /** 1-based, in the cell. */
  readonly line: number;
  readonly column: number;
  readonly endColumn?: number;
  readonly message: string;
  readonly code: string;
}

export interface CellEditorOptions {
  readonly code: string;
  readonly language: Language | 'md';
  readonly label: string;
  /** What can be completed now. */
  readonly complete?: () => CompletionWorld;
  readonly onChange: (code: string) => void;
  readonly onFocus: () => void;
  /** Left by the keyboard: −1 and 1 over the edge, 0 with Escape. */
  readonly onLeave: (by: -1 | 0 | 1) => void;
  /** The editor has nothing more to undo or redo. */
  readonly onHistory: (way: 'undo' | 'redo') => void;
  /** Calls of plugin methods that would be refused. */
  readonly onProblems?: (problems: readonly CallProblem[]) => void;
}

export interface CellEditor {
  setCode(code: string): void;
  setLanguage(language: Language | 'md'): void;
  setError(problem: CellProblem | null): void;
  /** Looks at the plugin calls again: what they may be given has changed. */
  check(): void;
  focus(): void;
  /** Puts the cursor behind the last character. */
  toEnd(): void;
  /** As if typed. */
  insert(text: string): void;
  /** Selects the first place where this stands. */
  select(text: string): void;
  blur(): void;
  close(): void;
}

const CHECK_AFTER = 350;

/** Marks changes that come from the document, which it has already. */
const FromOutside = Annotation.define<boolean>();

export function createCellEditor(parent: HTMLElement, options: CellEditorOptions): CellEditor {
  const language = new Compartment();
  let wrong: CellProblem | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const check = (): void => {
    clearTimeout(timer);
    const calls = options.complete ? checkCalls(view.state, options.complete()) : [];
    options.onProblems?.(calls);
    const marks: Diagnostic[] = calls.map(({ from, to, message }) => ({
      from,
      to,
      severity: 'warning',
      source: 'INPUT_INVALID',
      message,
    }));
    if (wrong)
      marks.push({ ...span(view.state, wrong), severity: 'error', source: wrong.code, message: wrong.message });
    view.dispatch(
      setDiagnostics(
        view.state,
        marks.toSorted((a, b) => a.from - b.from),
      ),
    );
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.code,
      extensions: [
        highlightSpecialChars(),
        history(),
        EditorState.allowMultipleSelections.of(true),
        EditorState.tabSize.of(2),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightSelectionMatches(),
        options.complete
          ? [
              autocompletion({
                override: [completeFrom(options.complete)],
                activateOnCompletion: goesOn,
                icons: false,
                defaultKeymap: false,
              }),
              hoverFrom(options.complete),
            ]
          : [],
        language.of(languageOf(options.language)),
        syntaxHighlighting(highlighting),
        editorTheme,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': options.label }),
        leaving(options),
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...lintKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.focusChanged && update.view.hasFocus) options.onFocus();
          if (update.docChanged && !update.transactions.some((t) => t.annotation(FromOutside)))
            options.onChange(update.state.doc.toString());
          if (!update.docChanged) return;
          clearTimeout(timer);
          timer = setTimeout(check, CHECK_AFTER);
        }),
      ],
    }),
  });
  return {
    setCode(code) {
      const now = view.state.doc.toString();
      if (now === code) return;
      view.dispatch({
        changes: difference(now, code),
        annotations: [FromOutside.of(true), Transaction.addToHistory.of(false)],
      });
    },
    setLanguage: (next) => view.dispatch({ effects: language.reconfigure(languageOf(next)) }),
    setError(problem) {
      wrong = problem;
      check();
    },
    check,
    focus() {
      if (!view.hasFocus) view.focus();
    },
    toEnd() {
      view.dispatch({ selection: { anchor: view.state.doc.length } });
    },
    insert(text) {
      if (text !== '') view.dispatch(view.state.replaceSelection(text), { userEvent: 'input.type' });
    },
    select(text) {
      const at = view.state.doc.toString().indexOf(text);
      if (at >= 0) view.dispatch({ selection: { anchor: at, head: at + text.length } });
    },
    blur() {
      if (view.hasFocus) view.contentDOM.blur();
    },
    close() {
      clearTimeout(timer);
      view.destroy();
    },
  };
}

/** Ways out of the editor: over its edges, with Escape, and into the document's history where its own ends. */
function leaving({ onLeave, onHistory }: Pick<CellEditorOptions, 'onLeave' | 'onHistory'>) {
  const over = (by: -1 | 1) => (view: EditorView) => {
    const { main } = view.state.selection;
    if (!main.empty || completionStatus(view.state) === 'active') return false;
    const to = view.moveVertically(main, by > 0);
    // Over the edge is where there is no other row: there the editor itself would go to the line's begin or end.
    const row = (at: number): number => Math.round(view.coordsAtPos(at)?.top ?? -1);
    if (row(to.head) !== row(main.head)) return false;
    onLeave(by);
    return true;
  };
  return [
    // An open list of completions takes Escape first; one that is only being asked for doesn't.
    Prec.high(
      keymap.of([{ key: 'Escape', run: ({ state }) => completionStatus(state) !== 'active' && (onLeave(0), true) }]),
    ),
    keymap.of([
      { key: 'Mod-z', run: (view) => undoDepth(view.state) === 0 && (onHistory('undo'), true) },
      { key: 'Mod-y', mac: 'Mod-Shift-z', run: (view) => redoDepth(view.state) === 0 && (onHistory('redo'), true) },
      { key: 'ArrowUp', run: over(-1) },
      { key: 'ArrowDown', run: over(1) },
    ]),
  ];
}

/** The one stretch in which two texts differ, so that the cursor stays where it is. */
function difference(from: string, to: string): { readonly from: number; readonly to: number; readonly insert: string } {
  const shorter = Math.min(from.length, to.length);
  let start = 0;
  while (start < shorter && from[start] === to[start]) start++;
  let end = 0;
  while (end < shorter - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end++;
  return { from: start, to: from.length - end, insert: to.slice(start, to.length - end) };
}

function span(
  state: EditorState,
  { line, column, endColumn }: CellProblem,
): { readonly from: number; readonly to: number } {
  const on = state.doc.line(Math.max(1, Math.min(state.doc.lines, line)));
  const from = Math.min(on.to, on.from + Math.max(0, column - 1));
  const word = /^[\w$]+/.exec(on.text.slice(from - on.from))?.[0].length ?? 1;
  return {
    from: from === on.to ? Math.max(on.from, from - 1) : from,
    to: Math.min(on.to, endColumn === undefined ? from + word : on.from + endColumn - 1),
  };
}
