/** The check KEYS: who signed the seal, by the receipts about keys and their places in the log. */
import type { Digest } from '#common/data.ts';
import { KeyHistory, type KeyPeriod } from '#common/keys/keys.ts';
import { keyName, type Vkey } from '#common/tlog/note.ts';
import { fail, type Found } from './checks.ts';
import type { Seal, SignedCheckpoint } from './files.ts';
import type { SignerSpan } from '#common/keys/signer-spans.ts';
import { everyOne, nameOf, type Receipts } from './receipts.ts';

/**
 * `spans`: of receipts that are not kept one by one, by their indices. Keys come once, so what holds at both ends of a span holds within it.
 *
 * A bundle can leave the newest key receipts out, but not unnoticed: the log writes into every receipt who signed at that place. Who
 * holds a key that was replaced can sign with it, but can't get a receipt into the log that names it.
 */
export function checkKeys(
  receipts: Receipts,
  seal: Seal,
  { key: log }: SignedCheckpoint,
  sealer: Vkey,
  indices: ReadonlyMap<Digest, bigint>,
  spans: readonly SignerSpan[],
): Found<true> {
  const history = historyOf(receipts, log, indices);
  const at = Number(indices.get(seal.id)!);
  const signer = keyName(sealer);
  const right = history.at(at);
  if (signer !== right.name) fail(wrong(signer, history.find(signer), at));
  const others = everyOne({ ...receipts, keys: [] }, seal);
  const strange = others.find(({ id, predicate }) => predicate.signer !== history.at(Number(indices.get(id)!)).name);
  if (strange !== undefined) {
    const { signer: said } = strange.predicate;
    fail(
      `${nameOf(strange)}, names ${said} as its signer; ${wrong(said, history.find(said), Number(indices.get(strange.id)!))}`,
    );
  }
  for (const { signer: said, first, last } of spans)
    for (const index of [first, last])
      if (history.at(index).name !== said)
        fail(`Receipt ${index} of the log names ${said} as its signer; ${wrong(said, history.find(said), index)}`);
  return { value: true, detail: told(history, right, at) };
}

function historyOf({ keys }: Receipts, log: Vkey, indices: ReadonlyMap<Digest, bigint>): KeyHistory {
  const history = new KeyHistory(log);
  for (const [place, receipt] of keys.entries()) {
    const { id, path, predicate } = receipt;
    const before = keys[place - 1];
    if (predicate.seq !== place) fail(`Receipt number ${place} about the organisation’s keys is missing.`);
    if (predicate.prev !== (before?.id ?? null)) fail(`${nameOf(receipt)} does not name the one before it.`);
    if (before !== undefined && indices.get(before.id)! >= indices.get(id)!)
      fail(`${path} was logged before its predecessor.`);
    try {
      history.apply(receipt, Number(indices.get(id)!));
    } catch (error) {
      fail(`${path}: ${(error as Error).message}`);
    }
  }
  return history;
}

function wrong(signer: string, period: KeyPeriod | undefined, at: number): string {
  if (period === undefined) return `no receipt here names the key ${signer}, by the word of a key before it.`;
  const { after, until, revoked } = period;
  if (revoked !== null && revoked.at < at)
    return `the key ${signer} was revoked at receipt ${revoked.at}${because(revoked.reason)}, before receipt ${at}.`;
  if (until !== null && until < at) return `the key ${signer} was replaced at receipt ${until}, before receipt ${at}.`;
  return `the key ${signer} was named at receipt ${after}, after receipt ${at}.`;
}

const because = (reason: string | null): string => (reason === null ? '' : ` (“${reason}”)`);

/** The history in a sentence; keys of the log's own name without it. */
function told({ periods, log }: KeyHistory, right: KeyPeriod, at: number): string {
  if (periods.length === 1) return `The log’s own key, ${keyName(log)}, signs its seals.`;
  const short = (name: string): string => (name.startsWith(`${log.name}/`) ? name.slice(log.name.length + 1) : name);
  const named = periods.slice(1).map(({ name, after }) => `${short(name)} from receipt ${after} on`);
  const gone = periods.flatMap(({ name, revoked }) =>
    revoked === null ? [] : [` ${short(name)} was revoked at receipt ${revoked.at}${because(revoked.reason)}.`],
  );
  const seal = right.after === null ? 'the log’s key' : short(right.name);
  return `This seal, receipt ${at}, is by ${seal}. After the log’s key ${keyName(log)} came ${named.join(', then ')}.${gone.join('')}`;
}
