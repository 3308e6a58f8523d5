import { createEffect, For, on, onCleanup } from 'solid-js';
import { Icon, type IconName } from '../parts/Icon.tsx';
import { place, type Place } from '../router.ts';
import { drawerOpen, setDrawerOpen } from './panels.ts';

const ROOMS: readonly {
  readonly to: string;
  readonly page: Place['page'];
  readonly icon: IconName;
  readonly label: string;
}[] = [
  { to: '/', page: 'gallery', icon: 'notebook', label: 'Notebooks' },
  { to: '/datasets', page: 'datasets', icon: 'data', label: 'Data sets' },
  { to: '/plugins', page: 'plugins', icon: 'plugin', label: 'Plugins' },
  { to: '/receipts', page: 'receipts', icon: 'receipt', label: 'Receipts' },
  { to: '/verify', page: 'verify', icon: 'verify', label: 'Verify' },
];

/** The rooms of the house: a narrow rail, opened to names by the button on top. */
export function Drawer() {
  createEffect(on(place, () => setDrawerOpen(false), { defer: true }));
  const escape = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') setDrawerOpen(false);
  };
  addEventListener('keydown', escape);
  onCleanup(() => removeEventListener('keydown', escape));
  const current = (page: Place['page']): boolean =>
    page === place().page ||
    (page === 'gallery' && place().page === 'notebook') ||
    (page === 'receipts' && place().page === 'keys');
  return (
    <>
      <nav id="drawer" class="drawer" aria-label="Rooms" data-open={drawerOpen()}>
        <For each={ROOMS}>
          {(room) => (
            <a
              class="drawer-link"
              href={room.to}
              title={drawerOpen() ? undefined : room.label}
              aria-current={current(room.page) ? 'page' : undefined}
              onClick={() => setDrawerOpen(false)}
            >
              <Icon name={room.icon} />
              <span>{room.label}</span>
            </a>
          )}
        </For>
      </nav>
      <div class="drawer-shade" hidden={!drawerOpen()} onClick={() => setDrawerOpen(false)} />
    </>
  );
}
