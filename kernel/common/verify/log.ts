/**
 * Verifying a whole log, from its export alone: one receipt a line, in order. log-verifier.ts reads the receipts; all of them together
 * must give the signed root. A fault is located by its line.
 */
import { prepareCrypto } from '#crypto';
import { equalBytes } from '#common/bytes.ts';
import { KeyHistory } from '#common/keys/keys.ts';
import { LogVerifier, MAX_FAULTS, type LogFault } from './log-verifier.ts';
import { keyName, parseVkey, type Checkpoint, type Vkey } from '#common/tlog/note.ts';
import { verifyCheckpoint } from '#common/tlog/proof.ts';

export interface LogReport {
  readonly ok: boolean;
  /** Receipts read. */
  readonly receipts: number;
  readonly streams: number;
  readonly origin: string | null;
  /** The first hundred. */
  readonly faults: readonly LogFault[];
}

export interface LogToVerify {
  readonly org: string;
  /** The log's signed checkpoint, and the key that you trust to have signed it. */
  readonly checkpoint: string;
  readonly vkey: string;
  onProgress?(receipts: number): void;
}

/** `chunks` are the export's bytes, cut anywhere. Never throws for what they hold. @throws NOTE_INVALID when `vkey` is no key */
export async function verifyLog(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  log: LogToVerify,
): Promise<LogReport> {
  await prepareCrypto();
  const key = parseVkey(log.vkey);
  const { checkpoint, refused } = openCheckpoint(log.checkpoint, key);
  const { org, onProgress } = log;
  const keys = new KeyHistory(key);
  const verifier = new LogVerifier({
    org,
    name: keyName(key),
    keys,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  for await (const chunk of chunks) verifier.push(chunk);
  verifier.end();
  const faults = [...refused, ...verifier.faults, ...headFaults(checkpoint, verifier)].slice(0, MAX_FAULTS);
  return {
    ok: faults.length === 0,
    receipts: verifier.receipts,
    streams: verifier.streamCount,
    origin: checkpoint?.origin ?? null,
    faults,
  };
}

function openCheckpoint(
  note: string,
  key: Vkey,
): { readonly checkpoint: Checkpoint | null; readonly refused: readonly LogFault[] } {
  try {
    return { checkpoint: verifyCheckpoint(note, [key]), refused: [] };
  } catch (error) {
    return { checkpoint: null, refused: [{ index: -1, code: 'CHECKPOINT', detail: (error as Error).message }] };
  }
}

function headFaults(checkpoint: Checkpoint | null, verifier: LogVerifier): LogFault[] {
  if (checkpoint === null) return [];
  const { size, root } = checkpoint;
  if (size !== BigInt(verifier.receipts)) {
    const detail = `The checkpoint is for ${size} receipts; here are ${verifier.receipts}.`;
    return [{ index: -1, code: 'COUNT', detail }];
  }
  if (equalBytes(verifier.root(), root)) return [];
  return [{ index: -1, code: 'ROOT', detail: 'The receipts do not give the root that was signed.' }];
}
