/** The colours of attribution, light and dark: blue ↔ orange-red, safe for colour-blind readers. */
export type Colours = readonly [low: string, middle: string, high: string];

export const RAMP: Readonly<Record<'light' | 'dark', Colours>> = {
  light: ['#3B6FB6', '#A9A2A0', '#C8502D'],
  dark: ['#6F9FDC', '#8B8580', '#E57A52'],
};

/** For areas, whose middle is as good as nothing: close to the paper. */
export const AREA: Readonly<Record<'light' | 'dark', Colours>> = {
  light: ['#2F62A8', '#F1EEE6', '#BF4522'],
  dark: ['#7FB0EC', '#232427', '#F08A62'],
};

export const INK = { light: '#1c1b19', dark: '#e9e6df' } as const;
export const PAPER = { light: '#fbfaf6', dark: '#17181a' } as const;

/** Between several colours at equal distances; `share` from 0 to 1. */
export function along(colours: readonly string[], share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (colours.length - 1);
  const from = Math.min(colours.length - 2, Math.floor(at));
  return mix(colours[from]!, colours[from + 1]!, at - from);
}

/** Blue for low over grey to orange-red for high; `share` from 0 to 1. */
export const ramp = (share: number, dark: boolean): string => along(RAMP[dark ? 'dark' : 'light'], share);

/** Of an area: `share` from −1 over 0, which is the paper, to 1. */
export const area = (share: number, dark: boolean): string => along(AREA[dark ? 'dark' : 'light'], (share + 1) / 2);

/** The same hue for letters: towards the ink, since the colours of dots are too light to read small print in. */
export const letters = (colour: string, dark: boolean): string => mix(colour, INK[dark ? 'dark' : 'light'], 0.45);

export const channels = (hex: string): [number, number, number] => [channel(hex, 0), channel(hex, 1), channel(hex, 2)];

const channel = (hex: string, i: number): number => Number.parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16);

export function mix(from: string, to: string, t: number): string {
  const mixed = [0, 1, 2].map((i) => Math.round(channel(from, i) + (channel(to, i) - channel(from, i)) * t));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
