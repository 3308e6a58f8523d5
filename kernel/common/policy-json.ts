/** A policy as JSON: `{"logs": ["name+hash+key"], "org": "…", "quorum": "vkey" | {"atLeast": 1, "of": […]}}`, and no other field. */
import { AssayError } from './errors.ts';
import { COSIGNATURE_KEY, formatVkey, NOTE_KEY, parseVkey, type Vkey } from './note.ts';
import { witnessesIn } from './policy.ts';
import type { Policy, Quorum } from './verify-types.ts';

const FIELDS = new Set(['logs', 'org', 'quorum']);
const MAX_DEPTH = 16;

/** What this reader doesn't know is an error, never a rule that goes unchecked. @throws POLICY_INVALID with the field in `where` */
export function parsePolicyJson(text: string): Policy {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(`It is not JSON: ${(error as Error).message}`, 'policy');
  }
  if (!isRecord(json)) throw invalid('It is an object with `logs`.', 'policy');
  const strange = Object.keys(json).find((key) => !FIELDS.has(key));
  if (strange !== undefined) throw invalid('A policy has `logs`, `org` and `quorum`.', strange);
  const { logs, org, quorum } = json;
  if (!Array.isArray(logs) || logs.length === 0)
    throw invalid('`logs` is a list of verifier keys, `name+hash+key`.', 'logs');
  if (org !== undefined && (typeof org !== 'string' || org === ''))
    throw invalid('`org` is the name of an organisation.', 'org');
  return {
    logs: logs.map((vkey: unknown, index) => keyIn(vkey, NOTE_KEY, `logs[${index}]`)),
    ...(org === undefined ? {} : { org }),
    ...(quorum === undefined ? {} : { quorum: wholeQuorum(quorum) }),
  };
}

/** A witness counts once, in whatever group it stands. */
function wholeQuorum(value: unknown): Quorum {
  const quorum = quorumIn(value, 'quorum', 0);
  const witnesses = witnessesIn(quorum).map(formatVkey);
  if (new Set(witnesses).size < witnesses.length) throw invalid('A witness is there twice.', 'quorum');
  return quorum;
}

function quorumIn(value: unknown, where: string, depth: number): Quorum {
  if (typeof value === 'string') return keyIn(value, COSIGNATURE_KEY, where);
  if (!isRecord(value) || Object.keys(value).length !== 2 || !Array.isArray(value['of']) || depth > MAX_DEPTH)
    throw invalid('A quorum is a witness’s key, or {"atLeast": n, "of": […]}.', where);
  const { atLeast, of } = value as { atLeast: unknown; of: readonly unknown[] };
  if (!Number.isInteger(atLeast) || (atLeast as number) < 1 || (atLeast as number) > of.length)
    throw invalid(`\`atLeast\` is a number from 1 to ${of.length}.`, `${where}.atLeast`);
  const members = of.map((member, index) => quorumIn(member, `${where}.of[${index}]`, depth + 1));
  return { atLeast: atLeast as number, of: members };
}

function keyIn(value: unknown, type: Vkey['type'], where: string): string {
  let key: Vkey;
  try {
    key = parseVkey(String(value));
  } catch (error) {
    throw invalid((error as Error).message, where);
  }
  if (typeof value !== 'string' || key.type !== type)
    throw invalid('This key is of the other kind: logs sign notes, witnesses sign cosignatures.', where);
  return value;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function invalid(why: string, where: string): AssayError {
  return new AssayError('POLICY_INVALID', why, { where });
}
