/**
 * A witness: cosigns a log's checkpoint when it is the beginning's continuation, and so at most one history of each log. C2SP
 * tlog-witness, `add-checkpoint`; the quoted sentences are the specification's.
 */
import { join } from 'node:path';
import { AssayError } from '#common/errors.ts';
import { equalBytes } from '#common/bytes.ts';
import { verifyConsistency } from '#common/tlog/merkle.ts';
import {
  cosign,
  cosignatureLine,
  formatVkey,
  linesBy,
  NOTE_KEY,
  openNote,
  parseVkey,
  splitNote,
  type Vkey,
} from '#common/tlog/note.ts';
import { lockHome } from '../store/lock.ts';
import { witnessKey } from './key.ts';
import { openMemory } from './memory.ts';
import { parseAddCheckpoint, type AddCheckpoint } from './request.ts';

export interface WitnessOptions {
  /** Key and memory lie here. */
  readonly dir: string;
  /** Each a verifier key, with the origin in front of it and a space where that is not the key's name. */
  readonly logs: readonly string[];
  /** The key's name, for a new one. */
  readonly name?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Two histories of one size, both signed by the log: worth telling others. */
  readonly onFork?: (origin: string, note: string) => void;
}

export interface Answer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly type: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  readonly body: string;
}

export interface Witness {
  readonly vkey: string;
  readonly origins: readonly string[];
  /** @throws DISK_FULL, WITNESS_STATE and what the file system says: nothing was signed then */
  add(body: Uint8Array): Promise<Answer>;
  /** Waits for what is under way, then frees the directory. */
  close(): Promise<void>;
}

/** @throws HOME_LOCKED, WITNESS_KEY, WITNESS_STATE, NOTE_INVALID for a log's key that is none */
export async function openWitness(options: WitnessOptions): Promise<Witness> {
  const { dir, now = Date.now, onFork } = options;
  const logs = readLogs(options.logs);
  const lock = await lockHome(dir);
  try {
    const signer = await witnessKey(dir, options.name);
    const memory = await openMemory(join(dir, 'logs'), signer);
    for (const origin of logs.keys()) await memory.last(origin);
    const inTurn = new Map<string, Promise<unknown>>();

    /** “checking the old size against the latest checkpoint and persisting the new checkpoint must be performed atomically” */
    const judge = async (request: AddCheckpoint): Promise<Answer> => {
      const { oldSize, proof, note, checkpoint } = request;
      const { origin, size, root } = checkpoint;
      const last = await memory.last(origin);
      // “The response body MUST consist of the tree size of the latest cosigned checkpoint in decimal, followed by a newline”
      const conflict = { status: 409, type: 'text/x.tlog.size', body: `${last.checkpoint.size}\n` } as const;
      if (oldSize !== last.checkpoint.size) return conflict;
      // “If the old size matches the checkpoint size, the witness MUST check that the root hashes are also identical.”
      if (oldSize === size && !equalBytes(root, last.checkpoint.root)) {
        onFork?.(origin, note);
        return conflict;
      }
      try {
        // “The proof MUST be empty if the old size is zero.”
        verifyConsistency(oldSize, size, proof, last.checkpoint.root, root);
      } catch {
        return refuse(422, 'The consistency proof does not verify.');
      }
      const { text } = splitNote(note);
      // A clock that was put back must not make an earlier statement out of a later one.
      const seconds = BigInt(Math.floor(now() / 1000));
      const time = seconds > last.time ? seconds : last.time;
      // “The witness MUST persist the new checkpoint before responding.” What strangers signed is not kept.
      await memory.keep(origin, cosign(`${text}\n${linesBy(note, logs.get(origin)!)}`, signer, time));
      return { status: 200, type: 'text/plain; charset=utf-8', body: cosignatureLine(text, signer, time) };
    };

    return {
      vkey: formatVkey(signer),
      origins: [...logs.keys()],
      async add(body) {
        const request = parseAddCheckpoint(body);
        if (request === null) return refuse(400, 'The body is not: old size, proof, empty line, checkpoint.');
        const { origin, size } = request.checkpoint;
        const keys = logs.get(origin);
        if (keys === undefined) return refuse(404, 'This witness does not know that origin.');
        if (!isSigned(request.note, keys)) return refuse(403, 'No key that is trusted for that origin signed this.');
        if (request.oldSize > size) return refuse(400, 'The old size is larger than the checkpoint’s.');
        const turn = (inTurn.get(origin) ?? Promise.resolve()).then(() => judge(request));
        inTurn.set(
          origin,
          turn.catch(() => undefined),
        );
        return turn;
      },
      async close() {
        await Promise.all(inTurn.values());
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Trusted keys by origin. @throws NOTE_INVALID */
function readLogs(lines: readonly string[]): ReadonlyMap<string, readonly Vkey[]> {
  const logs = new Map<string, Vkey[]>();
  for (const line of lines) {
    const space = line.lastIndexOf(' ');
    const key = parseVkey(line.slice(space + 1));
    if (key.type !== NOTE_KEY)
      throw new AssayError('NOTE_INVALID', `${key.name} has a witness’s key, not a log’s.`, { where: line });
    const origin = space < 0 ? key.name : line.slice(0, space);
    logs.set(origin, [...(logs.get(origin) ?? []), key]);
  }
  return logs;
}

function isSigned(note: string, keys: readonly Vkey[]): boolean {
  try {
    openNote(note, keys);
    return true;
  } catch {
    return false;
  }
}

function refuse(status: 400 | 403 | 404 | 422, why: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${why}\n` };
}
