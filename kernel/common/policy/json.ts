/** A policy as JSON: `{"logs": ["name+hash+key"], "org": "…", "quorum": "vkey" | {"atLeast": 1, "of": […]}, "maxAge": seconds, "authorities": [certificate]}`, and no other field. */
import { fromBase64 } from '#common/bytes.ts';
import { AssayError } from '#common/errors.ts';
import { parseJson } from '#common/json/parse.ts';
import { COSIGNATURE_KEY, NOTE_KEY, parseVkey, type Vkey } from '#common/tlog/note.ts';
import { parseCertificate } from '#common/timestamp/x509.ts';
import type { Policy, Quorum } from '#common/verify/types.ts';

const FIELDS = new Set(['logs', 'org', 'quorum', 'maxAge', 'authorities']);
const MAX_DEPTH = 16;

/** What this reader doesn't know is an error, never a rule that goes unchecked. @throws POLICY_INVALID with the field in `where` */
export function parsePolicyJson(text: string): Policy {
  let json: unknown;
  try {
    json = parseJson(text, 'POLICY_INVALID');
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw invalid(`It is not JSON: ${(error as Error).message}`, 'policy');
  }
  if (!isRecord(json)) throw invalid('It is an object with `logs`.', 'policy');
  const strange = Object.keys(json).find((key) => !FIELDS.has(key));
  if (strange !== undefined)
    throw invalid('A policy has `logs`, `org`, `quorum`, `maxAge` and `authorities`.', strange);
  const { logs, org, quorum, maxAge, authorities } = json;
  if (!Array.isArray(logs) || logs.length === 0)
    throw invalid('`logs` is a list of verifier keys, `name+hash+key`.', 'logs');
  if (org !== undefined && (typeof org !== 'string' || org === ''))
    throw invalid('`org` is the name of an organisation.', 'org');
  const age = maxAge === undefined || (Number.isSafeInteger(maxAge) && (maxAge as number) > 0 && quorum !== undefined);
  if (!age)
    throw invalid('`maxAge` is a number of seconds, beside a `quorum` of witnesses who tell the time.', 'maxAge');
  return {
    logs: logs.map((vkey: unknown, index) => keyIn(vkey, NOTE_KEY, `logs[${index}]`)),
    ...(org === undefined ? {} : { org }),
    ...(quorum === undefined ? {} : { quorum: quorumIn(quorum, 'quorum', 0, new Set()) }),
    ...(authorities === undefined ? {} : { authorities: rootsIn(authorities) }),
    ...(maxAge === undefined ? {} : { maxAge: maxAge as number }),
  };
}

/** As tlog-policy has it, each witness counts in one way only: `taken` holds the keys that came before, under whatever name. */
function quorumIn(value: unknown, where: string, depth: number, taken: Set<string>): Quorum {
  if (typeof value === 'string') {
    const vkey = keyIn(value, COSIGNATURE_KEY, where);
    const key = String(parseVkey(vkey).publicKey);
    if (taken.has(key)) throw invalid('A witness is there twice.', where);
    taken.add(key);
    return vkey;
  }
  if (!isRecord(value) || Object.keys(value).length !== 2 || !Array.isArray(value['of']) || depth > MAX_DEPTH)
    throw invalid('A quorum is a witness’s key, or {"atLeast": n, "of": […]}.', where);
  const { atLeast, of } = value as { atLeast: unknown; of: readonly unknown[] };
  if (!Number.isInteger(atLeast) || (atLeast as number) < 1 || (atLeast as number) > of.length)
    throw invalid(`\`atLeast\` is a number from 1 to ${of.length}.`, `${where}.atLeast`);
  const members = of.map((member, index) => quorumIn(member, `${where}.of[${index}]`, depth + 1, taken));
  return { atLeast: atLeast as number, of: members };
}

function rootsIn(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0)
    throw invalid('`authorities` is a list of certificates.', 'authorities');
  return value.map((one: unknown, index) => {
    try {
      parseCertificate(fromBase64(String(one)) ?? new Uint8Array());
      return String(one);
    } catch {
      throw invalid('This is no certificate: DER, in base64.', `authorities[${index}]`);
    }
  });
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
