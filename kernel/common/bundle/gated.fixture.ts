/** For tests: a sealed run with the whole way behind it, data set → model → validation → deployment → inference → archive. */
import { sha256Hex } from '#crypto';
import { MemoryLog, sealedRun } from './bundle.fixture.ts';
import type { LoggedReceipt, Parent, ReceiptDraft, Role } from '#common/receipt/receipt.ts';

type Step = 'dataset' | 'model' | 'other' | 'again' | 'validation' | 'deployment' | 'inference' | 'archive';
type Draft = Pick<ReceiptDraft, 'kind'> & Partial<ReceiptDraft>;

/** What a test may change about a step; it is given the receipts before it. */
export type Changes = Partial<Record<Step, (made: Readonly<Partial<Record<Step, LoggedReceipt>>>) => Partial<Draft>>>;

export function gatedRun(changes: Changes = {}): Uint8Array<ArrayBuffer> {
  const log = new MemoryLog();
  const made: Partial<Record<Step, LoggedReceipt>> = {};
  const from = (step: Step, role: Role): Parent => parent(made[step]!, role);
  const add = (step: Step, draft: Draft): void => {
    made[step] = log.append({ stream: 'org', ...draft, ...changes[step]?.(made) });
  };
  const subject = (name: string): ReceiptDraft['subject'] => [{ name, digest: { sha256: sha256Hex(name) } }];

  add('dataset', { kind: 'dataset', subject: subject('patients') });
  add('model', { kind: 'model', subject: subject('forest'), parents: [from('dataset', 'dataset')] });
  add('other', { kind: 'model', subject: subject('other forest'), parents: [from('dataset', 'dataset')] });
  // The same data, read once more: another receipt of the same digest.
  add('again', { kind: 'dataset', subject: subject('patients') });
  const looked = [from('model', 'model'), from('dataset', 'dataset')];
  add('validation', { kind: 'gate', result: { gate: 'validation', passed: true, auc: 0.91 }, parents: looked });
  add('deployment', {
    kind: 'gate',
    result: { gate: 'deployment', passed: true },
    parents: [from('validation', 'gate'), from('model', 'model'), from('again', 'dataset')],
  });
  add('inference', { kind: 'inference', parents: [from('deployment', 'gate'), from('model', 'model')] });
  add('archive', { kind: 'archive', parents: [from('inference', 'call'), from('deployment', 'gate')] });
  return sealedRun({
    log,
    open: { parents: [from('archive', 'previous')] },
    // All of them are ancestors, whatever a test cuts between them.
    cell: { parents: [from('inference', 'call'), from('validation', 'gate'), from('deployment', 'gate'), from('again', 'dataset'), from('other', 'model')] }, // prettier-ignore
    receipts: (all) => [...all, ...Object.values(made)],
  }).zip;
}

export const parent = ({ id }: LoggedReceipt, role: Role): Parent => ({ digest: id, role });
