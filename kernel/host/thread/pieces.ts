import type { MethodContext } from '#common/plugin.ts';
import { parcel } from '../transfer.ts';
import type { AskKernel } from './asking.ts';

/** `ctx.artifact`: whole, or in pieces that never are in memory together. */
export function createArtifacts(ask: AskKernel): MethodContext['artifact'] {
  return {
    read: (digest) => ask({ to: 'artifact.read', digest }) as Promise<Uint8Array>,
    async open(digest) {
      const size = (await ask({ to: 'artifact.open', digest })) as number;
      return {
        size,
        read: (from, end) => ask({ to: 'artifact.range', digest, from, end }) as Promise<Uint8Array>,
      };
    },
    async write(content, mediaType) {
      const type = mediaType === undefined ? {} : { mediaType };
      if (content instanceof Uint8Array)
        return (await ask({ to: 'artifact.write', bytes: content, ...type })) as string;
      const id = (await ask({ to: 'artifact.begin', ...type })) as number;
      try {
        for await (const piece of content) {
          // A copy: whoever makes the pieces may write the next one over this one.
          const { value } = parcel(piece, new Set());
          await ask({ to: 'artifact.append', id, bytes: value as Uint8Array });
        }
      } catch (error) {
        await ask({ to: 'artifact.end', id, failed: true }).catch(() => {});
        throw error;
      }
      return (await ask({ to: 'artifact.end', id, failed: false })) as string;
    },
  };
}

/** `ctx.stream` */
export function createStreams(ask: AskKernel): MethodContext['stream'] {
  return async function* stream(method, input) {
    const id = (await ask({ to: 'stream.open', method, input })) as number;
    try {
      for (;;) {
        const next = (await ask({ to: 'stream.next', id })) as IteratorResult<unknown>;
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await ask({ to: 'stream.close', id }).catch(() => {});
    }
  };
}
