/**
 * Who witnesses this kernel's log: a C2SP tlog-policy with a URL for each witness, in `home/witnesses.txt` or in the file that
 * `ASSAY_WITNESSES` names. No file, no witnesses.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '#common/errors.ts';
import { parseWitnessPolicy, type WitnessPolicy } from '#common/policy.ts';
import { codeOf } from './store/files.ts';

/** @throws POLICY_INVALID naming the file, NOT_FOUND when the variable names none */
export async function readWitnesses(home: string): Promise<WitnessPolicy | undefined> {
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
    return policy.witnesses.length === 0 ? undefined : policy;
  } catch (error) {
    const { message, where } = AssayError.from(error);
    throw new AssayError('POLICY_INVALID', message, { where: where === undefined ? path : `${path}, ${where}` });
  }
}
