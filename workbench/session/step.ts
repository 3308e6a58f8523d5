import type { Action, Session, Step } from './state.ts';

export const step = (state: Session, ...actions: readonly Action[]): Step => ({ state, actions });
