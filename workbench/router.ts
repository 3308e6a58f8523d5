/** Where the reader is: one signal over the address, and links that change it without loading the page again. */
import { createSignal } from 'solid-js';

export type Place =
  | { readonly page: 'gallery' }
  | { readonly page: 'notebook'; readonly name: string }
  | { readonly page: 'verify'; readonly seal: string | null }
  | { readonly page: 'datasets'; readonly name: string | null }
  | { readonly page: 'plugins'; readonly name: string | null; readonly method: string | null }
  | { readonly page: 'receipts'; readonly id: string | null }
  | { readonly page: 'keys' }
  | { readonly page: 'missing' };

/** @param path of a URL: pathname, percent-encoded */
function placeOf(path: string): Place {
  const [first = '', second = null, third = null] = path.split('/').filter(Boolean).map(decodeURIComponent);
  if (first === '') return { page: 'gallery' };
  if (first === 'notebooks' && second !== null) return { page: 'notebook', name: second.replace(/\.md$/, '') };
  if (first === 'verify') return { page: 'verify', seal: second };
  if (first === 'datasets') return { page: 'datasets', name: second };
  if (first === 'plugins') return { page: 'plugins', name: second, method: third };
  if (first === 'receipts') return { page: 'receipts', id: second };
  if (first === 'keys' && second === null) return { page: 'keys' };
  return { page: 'missing' };
}

export const pathTo = {
  gallery: '/',
  notebook: (name: string): string => `/notebooks/${encodeURIComponent(name)}`,
  verify: (seal?: string): string => (seal === undefined ? '/verify' : `/verify/${seal}`),
  datasets: (name?: string): string => (name === undefined ? '/datasets' : `/datasets/${name}`),
  plugins: (name?: string, method?: string): string => ['/plugins', name, method].filter(Boolean).join('/'),
  receipts: (id?: string): string => (id === undefined ? '/receipts' : `/receipts/${id}`),
  keys: '/keys',
} as const;

const [path, setPath] = createSignal(location.pathname);
export const place = (): Place => placeOf(path());

export function go(to: string, { replace = false } = {}): void {
  if (to !== location.pathname) history[replace ? 'replaceState' : 'pushState'](null, '', to);
  setPath(location.pathname);
  if (!location.hash) scrollTo(0, 0);
}

/** Takes over clicks on links to places of this page; everything else stays the browser's. Returns the function that ends it. */
export function followLinks(): () => void {
  const clicked = (event: MouseEvent): void => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = (event.target as Element | null)?.closest?.('a');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.pathname.startsWith('/api/') || placeOf(link.pathname).page === 'missing') return;
    if (link.pathname === location.pathname && link.hash) return;
    event.preventDefault();
    go(link.pathname);
  };
  const moved = (): void => void setPath(location.pathname);
  document.addEventListener('click', clicked);
  addEventListener('popstate', moved);
  return () => {
    document.removeEventListener('click', clicked);
    removeEventListener('popstate', moved);
  };
}
