import { dark, setTheme, type Theme, theme } from './theme.ts';

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const SAYS: Record<Theme, string> = { system: 'as the system', light: 'light', dark: 'dark' };

/** Goes round: system, light, dark. Its disc is half full, empty or full. */
export function ThemeButton() {
  return (
    <button
      class="button plain icon"
      aria-label={`Theme: ${SAYS[theme()]}. Change to ${SAYS[NEXT[theme()]]}`}
      title={`Theme: ${SAYS[theme()]}`}
      data-dark={dark()}
      onClick={() => setTheme(NEXT[theme()])}
    >
      <svg class="icon-svg" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="5.500" />
        <path
          fill="currentcolor"
          stroke="none"
          d={
            theme() === 'system'
              ? 'M8 2.500a5.500 5.500 0 0 1 0 11z'
              : theme() === 'dark'
                ? 'M8 2.500a5.500 5.500 0 0 1 0 11a5.500 5.500 0 0 1 0-11z'
                : ''
          }
        />
      </svg>
    </button>
  );
}
