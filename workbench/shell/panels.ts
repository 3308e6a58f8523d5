/** Which of the panels around the page are open. */
import { createSignal } from 'solid-js';

export const [drawerOpen, setDrawerOpen] = createSignal(false);
export const [paletteOpen, setPaletteOpen] = createSignal(false);
