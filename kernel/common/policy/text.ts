/** A policy as people have it: keys of logs, one a line; a C2SP tlog-policy; or Assay's JSON. */
import { AssayError } from '#common/errors.ts';
import { parsePolicyJson } from './json.ts';
import { parsePolicy } from './policy.ts';
import type { Policy, Quorum } from '#common/verify/types.ts';

/** @throws POLICY_INVALID with the line or field in `where` */
export function readPolicy(text: string): Policy {
  if (text.trimStart().startsWith('{')) return parsePolicyJson(text);
  const lines = text.split('\n').map((line) => line.trim());
  const said = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (said.length === 0) throw new AssayError('POLICY_INVALID', 'It names nobody.');
  // No line of a tlog-policy is one word; a key has no space.
  const keys = said.every((line) => !/\s/.test(line));
  return parsePolicy(keys ? lines.map((line) => (said.includes(line) ? `log ${line}` : line)).join('\n') : text);
}

/** What it asks for, each as part of a sentence. */
export function policyInWords({ logs, org, quorum, maxAge, authorities }: Policy): string[] {
  return [
    `${logs.length === 1 ? 'one log' : `any of ${logs.length} logs`}`,
    ...(org === undefined ? [] : [`only the organisation “${org}”`]),
    ...(quorum === undefined ? [] : [quorumInWords(quorum)]),
    ...(maxAge === undefined ? [] : [`seen by them in the last ${ageInWords(maxAge)}`]),
    ...(authorities === undefined
      ? []
      : [
          `stamped by ${authorities.length === 1 ? 'one time authority' : `one of ${authorities.length} time authorities`}`,
        ]),
  ];
}

function quorumInWords(quorum: Quorum): string {
  if (typeof quorum === 'string') return `the witness ${quorum.split('+')[0]}`;
  const { atLeast, of } = quorum;
  const members = of.every((member) => typeof member === 'string') ? 'witnesses' : 'groups of witnesses';
  return `${atLeast === of.length ? 'all' : atLeast} of ${of.length} ${members}`;
}

const UNITS = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

function ageInWords(seconds: number): string {
  const [length, unit] = UNITS.find(([one]) => seconds % one === 0) ?? UNITS[3];
  const count = seconds / length;
  return count === 1 ? unit : `${count} ${unit}s`;
}
