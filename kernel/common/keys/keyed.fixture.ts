/** For tests: sealed runs of logs whose seals had several keys, as an honest kernel leaves them or a dishonest one. */
import { MemoryLog, sealedRun, signer, stranger, type Twist } from '#common/bundle/bundle.fixture.ts';
import { formatVkey, keyName, noteSigner, type NoteSigner } from '#common/tlog/note.ts';

const key = (byte: number): NoteSigner => noteSigner('log.example/test/seals', new Uint8Array(32).fill(byte));
export const [first, second, third] = [key(21), key(22), key(23)];

function rotated(log = new MemoryLog()): MemoryLog {
  log.rotate(first, 'seals get a key of their own');
  log.append({ kind: 'run', stream: 'other' });
  return log;
}

const then = (log: MemoryLog, step: (log: MemoryLog) => void): MemoryLog => {
  step(log);
  return log;
};
const named = { event: 'rotate', ends: keyName(first), key: formatVkey(second), reason: null } as const;

const KEYED = {
  /** The log's key, then `first`, then `second`, which seals. */
  keyed: { log: () => then(rotated(), (log) => log.rotate(second, 'a new year')) },
  /** `first` is revoked for `second`, which seals. */
  revoked: { log: () => then(rotated(), (log) => log.revoke(first, 'stolen', second)) },
  /** `first` seals; behind the seal it is revoked. */
  revokedLater: { log: rotated, behind: (log) => log.revoke(first, 'stolen', second) },
  /** `second` is named by somebody else than `first`. */
  usurped: { log: () => then(rotated(), (log) => log.event(named, [stranger, second], second)) },
  /** … in the name of `first`, by the log's own key. */
  overruled: { log: () => then(rotated(), (log) => log.event(named, [signer, second], second, first)) },
  /** `second` never said that it is one. */
  claimed: { log: () => then(rotated(), (log) => log.event(named, [first], second)) },
  /** What was signed for another place in the log. */
  moved: { log: () => then(rotated(), (log) => log.event({ ...named, at: 7 }, [first, second], second)) },
  /** `first` goes on sealing behind the receipt that ended it, and the log writes it down so. */
  lingering: { log: () => then(rotated(), (log) => log.event(named, [first, second], first)) },
  /** `second` seals, and is named behind the seal. */
  early: { log: rotated, behind: (log) => log.rotate(second), sealer: second },
} as const satisfies Record<string, Pick<Twist, 'behind' | 'sealer'> & { readonly log: () => MemoryLog }>;
export type Keyed = keyof typeof KEYED;

export function keyedRun(kind: Keyed, twist: Twist = {}): ReturnType<typeof sealedRun> {
  const { log, ...more } = KEYED[kind];
  return sealedRun({ ...more, ...twist, log: log() });
}
