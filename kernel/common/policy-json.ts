/** A policy in either of its two forms. As JSON: `{"logs": [vkey…], "org"?, "quorum"?, "maxAge"?}`, where a key it doesn't know is an error. */
import { AssayError } from './errors.ts';
import { COSIGNATURE_KEY, NOTE_KEY, parseVkey } from './note.ts';
import { parsePolicy } from './policy.ts';
import { isRecord } from './reference.ts';
import type { Policy, Quorum } from './verify-types.ts';

const MAX_DEPTH = 8;

/** @throws POLICY_INVALID */
export function readPolicyText(text: string, where?: string): Policy {
  const refuse = (why: string): AssayError =>
    new AssayError('POLICY_INVALID', why, where === undefined ? {} : { where });
  if (!text.trimStart().startsWith('{')) return parsePolicy(text);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refuse(`It is not JSON: ${(error as Error).message}`);
  }
  const { logs, org, quorum, maxAge, ...unknown } = isRecord(json) ? json : {};
  const strange = Object.keys(unknown)[0];
  if (strange !== undefined) throw refuse(`“${strange}” is no rule of a policy.`);
  if (!Array.isArray(logs) || logs.length === 0 || !logs.every((vkey) => isKey(vkey, NOTE_KEY)))
    throw refuse('`logs` is a list of verifier keys, `name+hash+key`.');
  if (org !== undefined && typeof org !== 'string') throw refuse('`org` is the organisation’s name.');
  if (quorum !== undefined && !isQuorum(quorum))
    throw refuse('`quorum` is a witness’s verifier key, or {"atLeast": k, "of": [quorum…]} with each witness once.');
  const age = maxAge === undefined || (Number.isSafeInteger(maxAge) && (maxAge as number) > 0 && quorum !== undefined);
  if (!age) throw refuse('`maxAge` is a number of seconds, beside a `quorum` of witnesses who tell the time.');
  return {
    logs: logs as string[],
    ...(org === undefined ? {} : { org }),
    ...(quorum === undefined ? {} : { quorum }),
    ...(maxAge === undefined ? {} : { maxAge: maxAge as number }),
  };
}

function isKey(value: unknown, type: number): value is string {
  try {
    return typeof value === 'string' && parseVkey(value).type === type;
  } catch {
    return false;
  }
}

/** As tlog-policy has it: each witness counts in one way only. */
function isQuorum(value: unknown, seen = new Set<string>(), depth = 0): value is Quorum {
  if (isKey(value, COSIGNATURE_KEY)) {
    const key = String(parseVkey(value).publicKey);
    return !seen.has(key) && seen.add(key).size > 0;
  }
  if (!isRecord(value) || Object.keys(value).length !== 2 || depth > MAX_DEPTH) return false;
  const { atLeast, of } = value;
  return (
    Array.isArray(of) &&
    Number.isInteger(atLeast) &&
    (atLeast as number) >= 1 &&
    (atLeast as number) <= of.length &&
    of.every((member) => isQuorum(member, seen, depth + 1))
  );
}
