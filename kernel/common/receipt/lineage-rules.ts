/**
 * What may follow from what, as data: dataset → model → validation gate → deployment gate → inference → archive, and all that a
 * notebook's run leaves beside these. `ROLES` says which kinds a parent in a role may have; this says which roles a kind may have.
 */
import type { Kind, Role } from './types.ts';

/** A call inside a run follows from its announcement, and from whatever it read. */
const MADE = ['open', 'call', 'cell', 'dataset', 'model', 'previous'] as const;
const DONE = [...MADE, 'gate', 'approval'] as const;

export const PARENT_ROLES: Readonly<Record<Kind, readonly Role[]>> = {
  /** No data set and no model follows from a gate: what was let through is what was there before. */
  dataset: MADE,
  model: MADE,
  run: DONE,
  cell: ['open', 'call', 'cell', 'dataset', 'model', 'gate', 'approval'],
  gate: DONE,
  decision: DONE,
  approval: ['call', 'dataset', 'model', 'gate', 'seal', 'previous'],
  inference: DONE,
  stimulation: DONE,
  archive: ['call', 'dataset', 'model', 'gate', 'approval', 'seal', 'previous'],
  key: ['approval', 'previous'],
  hold: ['approval', 'seal', 'previous'],
  open: ['approval', 'seal', 'previous'],
  close: ['open'],
  seal: ['open', 'close'],
  reproduce: ['seal', 'cell', 'previous'],
};

/** A gate says in its receipt's result which one it is and whether it let pass: `{"gate": "validation", "passed": true}`. */
export interface GateRule {
  /** Which receipts it is for: of this kind and, when they are gates, this gate. One that let nothing pass needs nothing. */
  readonly kind: Kind;
  readonly gate: string | null;
  /** The gate that one of its parents must be, passed. */
  readonly needs: string;
  /** What that gate must have looked at: the very same, by the digests of what these parents made. */
  readonly same: readonly Role[];
  /** Holds only for those that name a gate at all. */
  readonly onlyWhenGated: boolean;
}

export const GATE_RULES: readonly GateRule[] = [
  { kind: 'gate', gate: 'deployment', needs: 'validation', same: ['model', 'dataset'], onlyWhenGated: false },
  { kind: 'inference', gate: null, needs: 'deployment', same: ['model'], onlyWhenGated: true },
];
