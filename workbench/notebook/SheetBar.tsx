import { createMemo, Match, Show, Switch } from 'solid-js';
import { Portal } from 'solid-js/web';
import { Icon } from '../parts/Icon.tsx';
import { runAction } from '../shell/actions.ts';
import { shortcut } from '../shell/keys.ts';
import { useSheet } from './context.ts';

/** In the top bar while a notebook is open: where one is, whether it is saved, run, stop, seal. */
export function SheetBar() {
  const { state, dispatch, stale, reading, setReading } = useSheet();
  const busy = createMemo(
    () =>
      state().running || Object.values(state().cells).some(({ status }) => status === 'running' || status === 'queued'),
  );
  return (
    <Portal
      mount={document.getElementById('topbar-place') as HTMLElement}
      ref={(host) => (host.className = 'sheet-bar')}
    >
      <span class="sheet-name mono">{state().name}.md</span>
      <span class="sheet-saving" role="status">
        <Switch fallback="Edited">
          <Match when={state().saving.kind === 'saved'}>Saved</Match>
          <Match when={state().saving.kind === 'saving'}>Saving …</Match>
          <Match when={state().saving.kind === 'failed'}>Not saved</Match>
          <Match when={state().saving.kind === 'conflict'}>Changed elsewhere</Match>
        </Switch>
      </span>
      <span class="sheet-space" />
      <button
        class="button plain sheet-reading"
        aria-pressed={reading()}
        title={`Hide code (${shortcut('Mod-Shift-e')})`}
        onClick={() => setReading(!reading())}
      >
        <Icon name={reading() ? 'code' : 'text'} /> <span>{reading() ? 'Show code' : 'Read'}</span>
      </button>
      <Show
        when={busy()}
        fallback={
          <button
            class="button sheet-run"
            title={`Run all (${shortcut('Mod-Shift-Enter')})`}
            onClick={() => runAction('notebook.run-all')}
          >
            <Icon name="play" /> <span>{stale().size > 0 ? 'Run changes' : 'Run all'}</span>
          </button>
        }
      >
        <button
          class="button sheet-run"
          title="Stop: replaces the frame in which the cells run"
          onClick={() => dispatch({ op: 'stop' })}
        >
          <Icon name="stop" /> <span>Stop</span>
        </button>
      </Show>
      <button
        class="button seal"
        title={`Seal (${shortcut('Mod-Shift-s')})`}
        disabled={state().sealing.kind === 'running' || state().sealing.kind === 'waiting'}
        onClick={() => runAction('notebook.seal')}
      >
        Seal
      </button>
    </Portal>
  );
}
