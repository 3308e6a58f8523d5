import { nanoid } from 'nanoid';
import type { Digest } from '#common/data.ts';
import { parseReceipt, type LoggedReceipt, type Parent } from '#common/receipt/receipt.ts';
import type { Kernel } from '../kernel.ts';
import type { Log } from '../log/types.ts';
import { draft } from './recording.ts';
import { OUTCOMES } from './reproduce-outcome.ts';
import type { Reproduction } from './reproduce.ts';

/** Beside the seal; a receipt has room for some 600. */
const MOST_CELLS = 400;

/**
 * Logs what a re-run found: about this bundle, by the comparators sealed in it. Its parents are the originals, the seal and each cell
 * that ran again, when they are in this log; a stranger's log names the seal alone, as material.
 */
export async function logReproduction(
  kernel: Kernel,
  bundle: Digest,
  { cells, root, verified, ok, comparators }: Reproduction,
): Promise<LoggedReceipt> {
  const log = await kernel.log();
  const { seal } = verified;
  const own = seal === null ? undefined : await log.get(seal);
  const counts = Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, cells.filter((cell) => cell.outcome === outcome).length]),
  );
  const originals = own === undefined ? [] : await originalsOf(log, own, cells);
  const others = cells.filter(({ outcome }) => outcome !== 'IDENTICAL').slice(0, 100);
  return log.append(
    draft({ stream: `reproduce/${nanoid()}` }, 'reproduce', {
      subject: [{ name: 'bundle.zip', digest: { sha256: bundle } }],
      parents: originals,
      comparators,
      materials: seal === null ? [] : [{ name: 'seal', digest: seal }],
      result: {
        ok,
        root,
        counts,
        cells: others.map(({ id, outcome, sealed, found, reason = '' }) => ({
          id,
          outcome,
          sealed,
          found,
          reason: reason.slice(0, 200),
        })),
      },
    }),
  );
}

/** The seal, and of each cell the last receipt with the value that was sealed. */
async function originalsOf(log: Log, seal: LoggedReceipt, cells: Reproduction['cells']): Promise<Parent[]> {
  const sealed = new Map(cells.map(({ id, sealed: digest }) => [id, digest]));
  const found = new Map<string, Digest>();
  for (const { id, body } of await log.stream(parseReceipt(seal.body).predicate.stream)) {
    const { subject, predicate } = parseReceipt(body);
    const [cell] = subject;
    if (predicate.kind === 'cell' && cell !== undefined && sealed.get(cell.name) === cell.digest.sha256)
      found.set(cell.name, id);
  }
  const parents = [...found.values()].slice(0, MOST_CELLS).map((digest): Parent => ({ digest, role: 'cell' }));
  return [{ digest: seal.id, role: 'seal' }, ...parents];
}
