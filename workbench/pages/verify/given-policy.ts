/** A policy as the reader gave it, and what it says. */
import { policyInWords, readPolicy } from '#common/policy/text.ts';
import type { Policy } from '#common/verify/types.ts';

export interface GivenPolicy {
  readonly policy: Policy;
  readonly text: string;
  /** Of the file that it was in. */
  readonly name: string | null;
}

/** @throws POLICY_INVALID */
export const policyOf = (text: string, name: string | null = null): GivenPolicy => ({
  policy: readPolicy(text),
  text,
  name,
});

/** @throws POLICY_INVALID, and what the browser says of a file that it can't read */
export const policyFrom = async (file: File): Promise<GivenPolicy> => policyOf(await file.text(), file.name);

/** `one log, 2 of 3 witnesses, seen by them in the last 7 days`. */
export const inWords = ({ policy }: GivenPolicy): string => policyInWords(policy).join(', ');
