import './toasts.css';
import { For, Show } from 'solid-js';
import { Icon } from './Icon.tsx';
import { dismiss, toasts } from './toast.ts';

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      <For each={toasts()}>
        {(toast) => (
          <div class="toast">
            <span>
              {toast.text} <Show when={toast.code}>{(code) => <code>{code()}</code>}</Show>
            </span>
            <For each={toast.actions}>
              {(action) => (
                <button
                  class="button small"
                  onClick={() => {
                    action.run();
                    dismiss(toast.id);
                  }}
                >
                  {action.label}
                </button>
              )}
            </For>
            <button class="button plain icon small" aria-label="Dismiss" onClick={() => dismiss(toast.id)}>
              <Icon name="close" />
            </button>
          </div>
        )}
      </For>
    </div>
  );
}
