import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AssayError } from '../common/errors.ts';
import type { DescribedKeys } from '../common/keys/described.ts';
import type { LoggedReceipt } from '../common/receipt/receipt.ts';
import { openLogReader, type LogReader } from './log-reader.ts';
import { makeMaster } from './master-file.ts';
import { columns, paint } from './terminal.ts';

export const usage = `
assay keys [options]                  list the keys that sign seals, as the log tells them
assay keys rotate [--reason TEXT]     sign seals with a new key from now on
assay keys revoke ID [--reason TEXT]  say that a key can't be trusted any more; if it signs now, a new one takes its place
assay keys tag FILE [--reason TEXT]   begin to tag receipts beside the log, under a new master key that FILE gets

  Each change is a receipt. The log's own key stays: it is the log's name, in policies and to witnesses, and signs checkpoints. A seal
  is good when its key signed at that place in the log, whatever time anybody claims. ID is the eight digits behind the key's name.

  Tags are HMACs under a key that is replaced every 256 receipts and can't be computed backwards. With FILE, which you keep elsewhere,
  \`assay log check --master FILE\` names every receipt that somebody edited in the database.

  --json       print JSON
  --home DIR   data directory; ASSAY_HOME or ./.assay unless given
`;

/** @throws USAGE, KEY_INVALID, LOG_KEY, HOME_LOCKED, STORE_* codes */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      reason: { type: 'string' },
      json: { type: 'boolean', default: false },
      home: { type: 'string' },
    },
  });
  const [verb = 'list', operand, ...more] = positionals;
  const takes = verb === 'list' || verb === 'rotate' ? 0 : verb === 'revoke' || verb === 'tag' ? 1 : -1;
  if (takes !== (operand === undefined ? 0 : 1) || more.length > 0 || (verb === 'list' && values.reason !== undefined))
    throw new AssayError('USAGE', 'assay keys, assay keys rotate, assay keys revoke ID, or assay keys tag FILE');
  const home = resolve(values.home ?? (process.env['ASSAY_HOME'] || join(process.cwd(), '.assay')));
  const reason = reasonOf(values.reason);
  const log = await openLogReader(home);
  try {
    const receipt = verb === 'list' ? null : await change(log, { verb, operand: operand ?? '', home, reason });
    const keys = await log.keys();
    if (values.json)
      console.log(
        JSON.stringify({ ...keys, ...(receipt === null ? {} : { receipt: { id: receipt.id, index: receipt.index } }) }),
      );
    else
      for (const line of [...(receipt === null ? [] : said(receipt, verb, operand, keys)), ...printed(keys)])
        console.log(line);
    return 0;
  } finally {
    await log.close();
  }
}

interface Change {
  readonly verb: string;
  readonly operand: string;
  readonly home: string;
  readonly reason: string | null;
}

async function change(log: LogReader, { verb, operand, home, reason }: Change): Promise<LoggedReceipt> {
  if (verb === 'rotate') return log.changeKeys({ event: 'rotate', reason });
  if (verb === 'revoke') return log.changeKeys({ event: 'revoke', key: operand, reason });
  const master = await makeMaster(operand, home);
  try {
    return await log.changeKeys({ event: 'tag', master, reason });
  } catch (error) {
    // Refused for good: a key for nothing. Where it may have been logged after all, the file is needed.
    if (error instanceof AssayError && error.code === 'KEY_INVALID') await rm(operand);
    throw error;
  }
}

/** One line of what a note can hold. @throws USAGE */
function reasonOf(reason: string | undefined): string | null {
  if (reason === undefined) return null;
  if (reason.length >= 1 && reason.length <= 300 && reason.isWellFormed()) return reason;
  throw new AssayError('USAGE', '--reason has 1 to 300 letters.');
}

function said({ index }: LoggedReceipt, verb: string, operand: string | undefined, keys: DescribedKeys): string[] {
  const next = keys.keys.find(({ after }) => after === index);
  const signs = next === undefined ? '' : ` ${next.name} signs seals from here on.`;
  if (verb === 'tag')
    return [
      `Receipt ${index}: those behind it are tagged. The master key is in ${operand}: keep it where this data directory isn’t.`,
      '',
    ];
  return [`Receipt ${index}: ${verb === 'revoke' ? `${operand} is revoked.` : 'the key was changed.'}${signs}`, ''];
}

function printed({ log, keys, held, policy, authority, tags }: DescribedKeys): string[] {
  const rows = keys.map(({ name, after, until, revoked }) => [
    until === null ? paint('green', 'signs') : revoked === null ? 'signed' : paint('red', 'revoked'),
    name,
    `${after === null ? 'from the beginning' : `behind receipt ${after}`}${until === null ? '' : `, until ${until}`}`,
    revoked === null
      ? ''
      : paint('dim', `revoked at receipt ${revoked.at}${revoked.reason === null ? '' : `: ${revoked.reason}`}`),
  ]);
  const tagged =
    tags === null
      ? 'Receipts are not tagged: `assay keys tag FILE` begins it.'
      : tags.working
        ? `Receipts behind number ${tags.after} are tagged; the key here is that of epoch ${tags.epoch}.`
        : paint(
            'yellow',
            `! Receipts should be tagged, behind number ${tags.after}, but the key for it is gone, or can’t be replaced on disk.`,
          );
  const witnesses =
    policy === null
      ? []
      : policy.digest === null
        ? [`No witnesses are asked since receipt ${policy.after}.`]
        : [`Witnesses are asked as receipt ${policy.after} says: policy ${policy.digest.slice(0, 12)}….`];
  const stamps =
    authority === null
      ? []
      : authority.digest === null
        ? [`No authority is asked for time stamps since receipt ${authority.after}.`]
        : [`Time stamps are asked for as receipt ${authority.after} says.`];
  const missing = held
    ? []
    : [paint('yellow', '! The key that signs is not here: nothing can be sealed until it is put back, or revoked.')];
  return [
    ...columns(rows),
    '',
    ...missing,
    tagged,
    ...witnesses,
    ...stamps,
    `${paint('dim', 'checkpoints, and what policies name:')} ${log}`,
  ];
}
