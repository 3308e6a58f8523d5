import type { Digest } from '#common/data.ts';
import { type Known, type Opaque, recognise } from '#common/onnx/known.ts';
import { type OnnxModel, readModel } from '#common/onnx/model.ts';
import { openSession, type Runtime, type Session } from '#common/onnx/session.ts';

/** A model that was explained, with what reading it found: its next rows need not wait for that again. */
interface Entry {
  readonly model: OnnxModel;
  session: Promise<Session> | null;
  users: number;
  kept: boolean;
}

/** Bytes of the files that are kept: what is made of one takes some ten times as much. */
const MOST_BYTES = 2 ** 24;

/** Those used last come last. */
const kept = new Map<Digest, Entry>();
/** Of which parts are explained. */
let atWork: Entry | null = null;
const entries = new WeakMap<OnnxModel, Entry>();
const known = new WeakMap<OnnxModel, Map<number, Known | Opaque>>();

/** @throws MODEL_INVALID when the bytes are no ONNX model */
export function modelOf(digest: Digest, bytes: Uint8Array): OnnxModel {
  const entry = kept.get(digest) ?? { model: readModel(bytes), session: null, users: 0, kept: true };
  entries.set(entry.model, entry);
  kept.delete(digest);
  kept.set(digest, entry);
  let held = 0;
  for (const { model } of kept.values()) held += model.bytes.length;
  for (const [other, old] of kept) {
    if (held <= MOST_BYTES) break;
    held -= old.model.bytes.length;
    kept.delete(other);
    letGo(old);
  }
  return entry.model;
}

/** Keeps the session of a model of any size from one part of its rows to the next: until parts of another model come. */
export function keepForParts(model: OnnxModel): void {
  const entry = entries.get(model) ?? { model, session: null, users: 0, kept: true };
  if (entry === atWork) return;
  const before = atWork;
  atWork = entry;
  entry.kept = true;
  entries.set(model, entry);
  if (before !== null) letGo(before);
}

function letGo(entry: Entry): void {
  if (entry === atWork || [...kept.values()].includes(entry)) return;
  entry.kept = false;
  void closeIdle(entry);
}

/** @throws as `recognise` */
export function recogniseOnce(model: OnnxModel, width: number): Known | Opaque {
  const found = known.get(model) ?? new Map<number, Known | Opaque>();
  known.set(model, found);
  const read = found.get(width) ?? recognise(model, width);
  found.set(width, read);
  return read;
}

/** Asks the runtime. The session of a model that is kept stays open. @throws MODEL_FAILED */
export async function withSession<T>(
  runtime: Runtime,
  model: OnnxModel,
  ask: (session: Session) => Promise<T>,
): Promise<T> {
  const entry = entries.get(model) ?? { model, session: null, users: 0, kept: false };
  entry.session ??= openSession(runtime, model);
  const { session } = entry;
  entry.users++;
  try {
    return await ask(await session);
  } catch (error) {
    // Another session may do better; this one is closed once nobody asks it.
    if (entry.session === session) entry.session = null;
    if (entry.users === 1) void session.then((open) => open.close()).catch(() => undefined);
    throw error;
  } finally {
    entry.users--;
    await closeIdle(entry);
  }
}

async function closeIdle(entry: Entry): Promise<void> {
  const { session } = entry;
  if (entry.kept || entry.users > 0 || session === null) return;
  entry.session = null;
  await (await session).close();
}
