/**
 * Who witnesses this kernel's log: a C2SP tlog-policy with a URL for each witness, in `home/witnesses.txt` or in the file that
 * `ASSAY_WITNESSES` names. No file, no witnesses.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '#crypto';
import { AssayError } from '#common/errors.ts';
import { parseWitnessPolicy, type WitnessPolicy } from '#common/policy/policy.ts';
import type { Log } from './log/types.ts';
import { codeOf } from './store/files.ts';

export interface Witnesses extends WitnessPolicy {
  /** The file as it stands. */
  readonly text: string;
}

/** @throws POLICY_INVALID naming the file, NOT_FOUND when the variable names none */
export async function readWitnesses(home: string): Promise<Witnesses | undefined> {
  const named = process.env['ASSAY_WITNESSES'] || undefined;
  const path = named ?? join(home, 'witnesses.txt');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    if (named !== undefined)
      throw new AssayError('NOT_FOUND', `ASSAY_WITNESSES names “${path}”, which is not there.`, { where: path });
  });
  if (text === undefined) return undefined;
  try {
    const policy = parseWitnessPolicy(text);
    return policy.witnesses.length === 0 ? undefined : { ...policy, text };
  } catch (error) {
    const { message, where } = AssayError.from(error);
    throw new AssayError('POLICY_INVALID', message, { where: where === undefined ? path : `${path}, ${where}` });
  }
}

/** Another policy than the one that the log last spoke of is a receipt. A log that never had witnesses says nothing of them. */
export async function notePolicy(log: Log, witnesses: Witnesses | undefined): Promise<void> {
  const text = witnesses?.text ?? null;
  const said = log.keys().policy?.digest ?? null;
  if (said !== (text === null ? null : sha256Hex(text)))
    await log.changeKeys({ event: 'policy', text, reason: 'the policy of witnesses was changed' });
}
