/** Keys as people read them. A shortcut is written `Mod-Shift-Enter`; `Mod` is ⌘ on a Mac and Ctrl elsewhere. */
const mac = /Mac|iP(?:hone|ad)/.test(navigator.platform);

const SIGNS: Record<string, string> = mac
  ? { Mod: '⌘', Shift: '⇧', Alt: '⌥', Ctrl: '⌃', Enter: '↩', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc' }
  : { Mod: 'Ctrl', Enter: 'Enter', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc' };

export function shortcut(keys: string): string {
  return keys
    .split(' ')
    .map((chord) =>
      chord
        .split('-')
        .map((key) => SIGNS[key] ?? (key.length === 1 && chord !== key ? key.toUpperCase() : key))
        .join(mac ? '' : ' '),
    )
    .join(' ');
}

/** The pressed keys in the same notation: `Mod-k`, `Shift-Enter`, `d`. Shift is left out where it only makes another character. */
export function pressed(event: KeyboardEvent): string {
  const mod = mac ? event.metaKey : event.ctrlKey;
  const named = event.key.length > 1;
  return [
    mod ? 'Mod-' : '',
    mac && event.ctrlKey ? 'Ctrl-' : '',
    event.altKey ? 'Alt-' : '',
    event.shiftKey && (named || mod) ? 'Shift-' : '',
    event.key.length === 1 && mod ? event.key.toLowerCase() : event.key,
  ].join('');
}

/** Whether keys typed there are text. */
export function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
