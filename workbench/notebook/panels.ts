/** Which dialogs of the sheet are open. */
import { createSignal } from 'solid-js';

export const [shortcutsOpen, setShortcutsOpen] = createSignal(false);
