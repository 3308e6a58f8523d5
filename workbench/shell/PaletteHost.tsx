import { lazy, onCleanup, Show, Suspense } from 'solid-js';
import { setPacksOpen } from '../pages/receipts/packs-open.ts';
import { go } from '../router.ts';
import { offer } from './actions.ts';
import { pressed } from './keys.ts';
import { paletteOpen, setPaletteOpen } from './panels.ts';
import { setTheme } from './theme.ts';

const Palette = lazy(async () => ({ default: (await import('./Palette.tsx')).Palette }));

/** Opens the palette with its key, and offers what can be done anywhere. */
export function PaletteHost() {
  const down = (event: KeyboardEvent): void => {
    if (pressed(event) !== 'Mod-k') return;
    event.preventDefault();
    setPaletteOpen(!paletteOpen());
  };
  addEventListener('keydown', down);
  onCleanup(() => removeEventListener('keydown', down));
  offer(() => [
    {
      id: 'go.notebooks',
      group: 'Go to',
      label: 'Notebooks',
      icon: 'notebook',
      words: 'gallery home',
      run: () => go('/'),
    },
    {
      id: 'go.datasets',
      group: 'Go to',
      label: 'Data sets',
      icon: 'data',
      words: 'tables add csv',
      run: () => go('/datasets'),
    },
    { id: 'go.plugins', group: 'Go to', label: 'Plugins', icon: 'plugin', words: 'methods', run: () => go('/plugins') },
    {
      id: 'go.receipts',
      group: 'Go to',
      label: 'Receipts',
      icon: 'receipt',
      words: 'runs log evidence',
      run: () => go('/receipts'),
    },
    {
      id: 'go.pack',
      group: 'Go to',
      label: 'Audit pack',
      icon: 'download',
      words: 'period report auditor evidence export',
      run: () => {
        setPacksOpen(true);
        go('/receipts');
      },
    },
    {
      id: 'go.keys',
      group: 'Go to',
      label: 'Keys',
      icon: 'key',
      words: 'sign rotate revoke tags hmac seal log',
      run: () => go('/keys'),
    },
    {
      id: 'go.verify',
      group: 'Go to',
      label: 'Verify a bundle',
      icon: 'verify',
      words: 'check seal zip',
      run: () => go('/verify'),
    },
    { id: 'theme.light', group: 'Theme', label: 'Light', run: () => setTheme('light') },
    { id: 'theme.dark', group: 'Theme', label: 'Dark', run: () => setTheme('dark') },
    { id: 'theme.system', group: 'Theme', label: 'As the system', run: () => setTheme('system') },
  ]);
  return (
    <Show when={paletteOpen()}>
      <Suspense>
        <Palette onClose={() => setPaletteOpen(false)} />
      </Suspense>
    </Show>
  );
}
