/** Everything that can be done, by name: the palette lists it, keys and buttons run it. */
import { createMemo, createSignal, onCleanup } from 'solid-js';
import type { IconName } from '../parts/Icon.tsx';

export interface Action {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  /** As in keys.ts; several chords in a row are written `d d`. */
  readonly keys?: string;
  readonly icon?: IconName;
  /** Words that find it besides its label. */
  readonly words?: string;
  readonly run: () => void;
  readonly enabled?: () => boolean;
}

const [sets, setSets] = createSignal<readonly (() => readonly Action[])[]>([]);
export const actions = createMemo(() => sets().flatMap((set) => set()));

/** Adds actions for as long as the owner lives. */
export function offer(set: () => readonly Action[]): void {
  setSets((all) => [...all, set]);
  onCleanup(() => setSets((all) => all.filter((other) => other !== set)));
}

export function runAction(id: string): void {
  const action = actions().find((a) => a.id === id);
  if (action && action.enabled?.() !== false) action.run();
}
