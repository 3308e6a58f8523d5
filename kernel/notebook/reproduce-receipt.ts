import { nanoid } from 'nanoid';
import type { Digest } from '#common/data.ts';
import type { LoggedReceipt } from '#common/receipt.ts';
import type { Kernel } from '../kernel.ts';
import { draft } from './recording.ts';
import { OUTCOMES, type Reproduction } from './reproduce.ts';

/** Logs what a re-run found: about this bundle, and following from its seal when that was sealed here. */
export async function logReproduction(
  kernel: Kernel,
  bundle: Digest,
  { cells, root, verified, ok }: Reproduction,
): Promise<LoggedReceipt> {
  const log = await kernel.log();
  const { seal } = verified;
  const own = seal === null ? undefined : await log.get(seal);
  const counts = Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, cells.filter((cell) => cell.outcome === outcome).length]),
  );
  const others = cells.filter(({ outcome }) => outcome !== 'IDENTICAL').slice(0, 100);
  return log.append(
    draft({ stream: `reproduce/${nanoid()}` }, 'reproduce', {
      subject: [{ name: 'bundle.zip', digest: { sha256: bundle } }],
      parents: own === undefined ? [] : [{ digest: own.id, role: 'seal' }],
      materials: seal === null ? [] : [{ name: 'seal', digest: seal }],
      result: {
        ok,
        root,
        counts,
        cells: others.map(({ id, outcome, sealed, found }) => ({ id, outcome, sealed, found })),
      },
    }),
  );
}
