import { Icon } from '../parts/Icon.tsx';
import { shortcut } from './keys.ts';
import { drawerOpen, setDrawerOpen, setPaletteOpen } from './panels.ts';
import { ThemeButton } from './ThemeButton.tsx';

/** One thin line: where home is, and the one box that does everything. */
export function TopBar() {
  return (
    <header class="topbar">
      <button
        class="button plain icon drawer-button"
        aria-label="Navigation"
        aria-expanded={drawerOpen()}
        aria-controls="drawer"
        onClick={() => setDrawerOpen(!drawerOpen())}
      >
        <Icon name="menu" />
      </button>
      <a class="wordmark" href="/">
        Assay
      </a>
      <div id="topbar-place" class="topbar-place" />
      <button class="palette-button" onClick={() => setPaletteOpen(true)} aria-keyshortcuts="Control+K Meta+K">
        <Icon name="search" />
        <span>Search or do anything</span>
        <kbd>{shortcut('Mod-k')}</kbd>
      </button>
      <ThemeButton />
    </header>
  );
}
