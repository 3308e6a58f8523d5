/** Checks of lineage-rules.ts over a bundle's receipts: what each may follow from, and that no gate was skipped. */
import type { Digest } from '#common/data.ts';
import { GATE_RULES, PARENT_ROLES, type GateRule } from '#common/receipt/lineage-rules.ts';
import type { Role } from '#common/receipt/receipt.ts';
import { fail, type Found } from './checks.ts';
import type { Seal } from './files.ts';
import { everyOne, failOn, nameOf, type Indices, type Receipt, type Receipts } from './receipts.ts';

export function checkLineage(receipts: Receipts, seal: Seal): Found<true> {
  failOn(receipts.long, 'LINEAGE');
  for (const receipt of everyOne(receipts, seal)) {
    const { kind, parents } = receipt.predicate;
    const strange = parents.find(({ role }) => !PARENT_ROLES[kind].includes(role));
    if (strange !== undefined)
      fail(`${nameOf(receipt)} follows from a “${strange.role}”; of its kind, “${kind}”, nothing does.`);
  }
  return { value: true, detail: 'Every parent has a role that its child may have.' };
}

/** Once every parent is known to be here and of its role's kind. In the order of the log, so that the first skipped gate is named. */
export function checkGates(receipts: Receipts, seal: Seal, indices: Indices): Found<true> {
  failOn(receipts.long, 'GATES');
  const ordered = everyOne(receipts, seal).toSorted((a, b) => Number(indices.get(a.id)! - indices.get(b.id)!));
  const all = new Map(ordered.map((receipt) => [receipt.id, receipt]));
  let gates = 0;
  for (const receipt of all.values()) {
    const held = holdToGates(receipt, (id) => all.get(id));
    if (held.skipped !== null) fail(held.skipped);
    gates += held.gates;
  }
  return { value: true, detail: gates === 0 ? 'Nothing here needs one.' : `${gates} held to their gates` };
}

type Find = (id: Digest) => Receipt | undefined;

export interface Held {
  /** Rules that it was held to. */
  readonly gates: number;
  /** Why it should not have been let through, as a sentence; null: it went through its gates. */
  readonly skipped: string | null;
  /** Rules that can't be judged: what the receipt or its gate follows from is not here. */
  readonly unjudged: number;
}

/** Holds one receipt to the rules that are for it. */
export function holdToGates(receipt: Receipt, find: Find): Held {
  let [gates, unjudged] = [0, 0];
  for (const rule of GATE_RULES) {
    if (!isFor(rule, receipt)) continue;
    const why = skipped(rule, receipt, find);
    if (why === undefined) unjudged++;
    else if (why !== null) return { gates, skipped: `${nameOf(receipt)} ${why}`, unjudged };
    else gates++;
  }
  return { gates, skipped: null, unjudged };
}

function isFor(rule: GateRule, { predicate: { kind, result, parents } }: Receipt): boolean {
  if (kind !== rule.kind) return false;
  if (rule.onlyWhenGated && !parents.some(({ role }) => role === 'gate')) return false;
  const { gate, passed } = gateIn(result);
  // Only a plain “no” lets nothing pass: whatever else is said there, it is held to the rule.
  return rule.gate === null || (gate === rule.gate && passed !== false);
}

/** Why no gate among the parents will do, as the rest of a sentence; null when one does, undefined when something is not here. */
function skipped(rule: GateRule, receipt: Receipt, find: Find): string | null | undefined {
  const named = parentsIn('gate', receipt, find);
  if (named === null) return undefined;
  const right = named.filter(({ predicate }) => gateIn(predicate.result).gate === rule.needs);
  if (right.length === 0) return `follows from no ${rule.needs} gate.`;
  const passed = right.filter(({ predicate }) => gateIn(predicate.result).passed === true);
  if (passed.length === 0) return `follows from a ${rule.needs} gate that let nothing pass, ${right[0]!.path}.`;
  const looked = [receipt, ...passed].flatMap((one) => rule.same.map((role) => parentsIn(role, one, find)));
  if (looked.includes(null)) return undefined;
  for (const role of rule.same) {
    const mine = madeBy(receipt, role, find);
    if (mine === '') return `names no ${role} that a ${rule.needs} gate could have looked at.`;
    if (!passed.some((gate) => madeBy(gate, role, find) === mine))
      return `is for another ${role} than the ${rule.needs} gate that passed, ${passed[0]!.path}.`;
  }
  const whole = passed.some((gate) =>
    rule.same.every((role) => madeBy(gate, role, find) === madeBy(receipt, role, find)),
  );
  return whole ? null : `is for what no single ${rule.needs} gate has passed.`;
}

/** null when one of them is not here. */
function parentsIn(role: Role, { predicate }: Receipt, find: Find): Receipt[] | null {
  const found = predicate.parents.filter((parent) => parent.role === role).map(({ digest }) => find(digest));
  return found.includes(undefined) ? null : (found as Receipt[]);
}

/** What the parents in a role made, as one text: two reads of one data set are two receipts with one digest. */
function madeBy(receipt: Receipt, role: Role, find: Find): string {
  const digests = parentsIn(role, receipt, find)!.flatMap(({ subject }) => subject.map(({ digest }) => digest.sha256));
  return [...new Set(digests)].toSorted().join(' ');
}

function gateIn(result: unknown): { readonly gate?: unknown; readonly passed?: unknown } {
  return typeof result === 'object' && result !== null ? result : {};
}
