/** Short notices that go away by themselves, mostly to take back what was just done. */
import { createSignal } from 'solid-js';

interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly actions: readonly ToastAction[];
  readonly code?: string;
}

const [toasts, setToasts] = createSignal<readonly Toast[]>([]);
export { toasts };
let next = 1;

export function dismiss(id: number): void {
  setToasts((all) => all.filter((toast) => toast.id !== id));
}

export function toast(
  text: string,
  options: {
    readonly action?: ToastAction;
    readonly actions?: readonly ToastAction[];
    readonly code?: string;
    readonly ms?: number;
  } = {},
): number {
  const { ms = 8000, action, actions = action ? [action] : [], code } = options;
  const id = next++;
  setToasts((all) => [...all.slice(-2), { id, text, actions, ...(code ? { code } : {}) }]);
  setTimeout(() => dismiss(id), ms);
  return id;
}

/** @param error anything that was thrown */
export function toastError(error: unknown): void {
  const { message, code } = error as { readonly message?: string; readonly code?: string };
  toast(message ?? String(error), code ? { code } : {});
}
