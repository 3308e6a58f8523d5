/** Light, dark, or whatever the system has. */
import { createSignal } from 'solid-js';

export type Theme = 'system' | 'light' | 'dark';
const KEY = 'assay.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

const stored = (): Theme => {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
};

const [theme, setSignal] = createSignal<Theme>(stored());
const [systemDark, setSystemDark] = createSignal(system.matches);
system.addEventListener('change', ({ matches }) => setSystemDark(matches));

export { theme };
export const dark = (): boolean => (theme() === 'system' ? systemDark() : theme() === 'dark');

export function setTheme(next: Theme): void {
  if (next === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  show(next);
  setSignal(next);
}

function show(value: Theme): void {
  if (value === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = value;
}

show(stored());
