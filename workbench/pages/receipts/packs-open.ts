/** Whether the receipts’ page shows its form for audit packs: the palette opens it too. */
import { createSignal } from 'solid-js';

export const [packsOpen, setPacksOpen] = createSignal(false);
