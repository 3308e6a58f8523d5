/**
 * Values in a stream of bytes: each frame is a header of 8 bytes (u32 little-endian length of the payload, u32 kind), then the payload,
 * then zeros up to a multiple of 8, so that a reader that keeps frames apart may view their arrays in place. The last frame is an
 * `outcome` or an `error`; a stream that ends before it was cut off.
 */
import { AssayError } from './errors.ts';

export const FRAMES_TYPE = 'application/vnd.assay.frames';

const KINDS = ['chunk', 'outcome', 'error'] as const;
export type FrameKind = (typeof KINDS)[number];

export interface Frame {
  readonly kind: FrameKind;
  /** The value encoding (value.ts) of what the frame carries; starts at an offset of 0 in its own buffer. */
  readonly payload: Uint8Array;
}

const HEADER = 8;
const padded = (length: number): number => Math.ceil(length / 8) * 8;

/** Header, the payload's parts as they are, padding. */
export function frameParts(kind: FrameKind, parts: readonly Uint8Array[]): Uint8Array[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > 0xffffffff) throw new AssayError('BODY_TOO_LARGE', 'A frame holds at most 4 GiB.');
  const header = new Uint8Array(HEADER);
  const view = new DataView(header.buffer);
  view.setUint32(0, length, true);
  view.setUint32(4, KINDS.indexOf(kind), true);
  return [header, ...parts, new Uint8Array(padded(length) - length)].filter((part) => part.length > 0);
}

/** @throws BODY_INVALID when the bytes are no frames, or end before a last frame. */
export async function* readFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const bytes = new ByteQueue();
  let kind: FrameKind | undefined;
  for await (const chunk of source) {
    bytes.push(chunk);
    for (let frame = bytes.frame(); frame !== null; frame = bytes.frame()) {
      if (kind === 'outcome' || kind === 'error') throw new AssayError('BODY_INVALID', 'Bytes follow the last frame.');
      kind = frame.kind;
      yield frame;
    }
  }
  if (bytes.length > 0 || kind === undefined || kind === 'chunk')
    throw new AssayError('BODY_INVALID', 'The stream was cut off.');
}

/** Bytes as they arrive; each is copied once, into its frame. */
class ByteQueue {
  length = 0;
  private readonly chunks: Uint8Array[] = [];

  push(chunk: Uint8Array): void {
    if (chunk.length > 0) this.chunks.push(chunk);
    this.length += chunk.length;
  }

  /** The next whole frame, or null while some of it is missing. */
  frame(): Frame | null {
    if (this.length < HEADER) return null;
    const header = this.take(HEADER);
    const view = new DataView(header.buffer);
    const size = view.getUint32(0, true);
    const kind = KINDS[view.getUint32(4, true)];
    if (kind === undefined) throw new AssayError('BODY_INVALID', 'A frame of unknown kind.');
    if (this.length < padded(size)) {
      this.chunks.unshift(header);
      this.length += HEADER;
      return null;
    }
    return { kind, payload: this.take(padded(size)).subarray(0, size) };
  }

  private take(count: number): Uint8Array<ArrayBuffer> {
    const into = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const chunk = this.chunks[0] as Uint8Array;
      const part = chunk.subarray(0, count - at);
      into.set(part, at);
      at += part.length;
      if (part.length === chunk.length) this.chunks.shift();
      else this.chunks[0] = chunk.subarray(part.length);
    }
    this.length -= count;
    return into;
  }
}
