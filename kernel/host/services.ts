import { createHash } from 'node:crypto';
import { basename, isAbsolute } from 'node:path';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { Parent } from '#common/receipt/types.ts';
import { listAllowed, readAllowed, type FileAccess, type Project } from './files.ts';
import type { Ask } from './messages.ts';
import type { PreparedCall } from './prepare.ts';
import { createStreams } from './inner-streams.ts';
import type { PartRuns } from './part-runs.ts';
import { createPieces } from './pieces.ts';
import type { CallStream, HostArtifacts } from './types.ts';

/** The kernel's side of one call's `ctx`: does what the method asks, when it may, and remembers it for the receipt. */
export interface Services {
  /** @throws FORBIDDEN, NOT_FOUND, and what a called method throws */
  answer(what: Ask, onShare: (done: number) => void): Promise<unknown>;
  uses(name: string, digest: Digest): void;
  readonly parents: readonly Parent[];
  /** Named by the method, and whatever else it read. */
  readonly materials: ReadonlyMap<string, Digest>;
  readonly written: ReadonlySet<Digest>;
  /** Ends what the method left open. */
  close(): void;
}

export interface ServiceParts {
  readonly project: Project;
  readonly artifacts: HostArtifacts;
  /** Another method, as part of this call. */
  call(method: string, input: unknown): Promise<{ readonly result: unknown; readonly receipt: Digest }>;
  stream(method: string, input: unknown): CallStream;
  readonly parts: PartRuns;
}

export function createServices(
  { project, artifacts, call, stream, parts }: ServiceParts,
  prepared: PreparedCall,
): Services {
  const { manifest, dir } = prepared.plugin;
  const { files = [], calls = [] } = manifest.permissions;
  const parents = [...prepared.parents];
  const materials = new Map(prepared.materials);
  const written = new Set<Digest>();
  const access: FileAccess = {
    plugin: manifest.name,
    dir,
    ...project,
    allowed: files,
    named: () => stringsIn(prepared.given),
    base: prepared.options.base ?? null,
  };
  const uses = (name: string, digest: Digest): void => {
    for (const [known, other] of materials) if (other === digest && known.includes('/')) materials.delete(known);
    let free = name;
    for (let n = 2; materials.has(free) && materials.get(free) !== digest; n++) free = `${name} ${n}`;
    materials.set(free, digest);
  };
  const read = (name: string, digest: Digest): void => {
    if (!written.has(digest) && ![...materials.values()].includes(digest)) materials.set(name, digest);
  };
  const pieces = createPieces(artifacts);
  const streams = createStreams(stream, (receipt) => void parents.push({ digest: receipt, role: 'call' }));
  const mayCall = (method: string): void => {
    if (calls.includes(method)) return;
    throw new AssayError(
      'FORBIDDEN',
      `The plugin “${manifest.name}” may not call ${method} (permissions.calls: ${calls.join(', ') || 'none'}).`,
      { where: prepared.method },
    );
  };
  return {
    parents,
    materials,
    written,
    uses,
    close() {
      parts.closeAll();
      streams.close();
      void pieces.close();
    },
    async answer(what, onShare) {
      switch (what.to) {
        case 'artifact.read': {
          const bytes = await artifacts.get(what.digest);
          read(`artifact/${what.digest}`, what.digest);
          return bytes;
        }
        case 'artifact.write': {
          const digest = await artifacts.put(what.bytes, what.mediaType);
          written.add(digest);
          return digest;
        }
        case 'files.read': {
          const bytes = await readAllowed(access, what.path);
          read(
            `file/${isAbsolute(what.path) ? basename(what.path) : what.path}`,
            createHash('sha256').update(bytes).digest('hex'),
          );
          return bytes;
        }
        case 'files.list':
          return listAllowed(access, what.path);
        case 'call': {
          mayCall(what.method);
          const { result, receipt } = await call(what.method, what.input);
          parents.push({ digest: receipt, role: 'call' });
          return result;
        }
        case 'artifact.open': {
          const size = await pieces.open(what.digest);
          read(`artifact/${what.digest}`, what.digest);
          return size;
        }
        case 'artifact.range':
          return pieces.range(what.digest, what.from, what.end);
        case 'artifact.begin':
          return pieces.begin(what.mediaType);
        case 'artifact.append':
          return pieces.append(what.id, what.bytes);
        case 'artifact.end': {
          const digest = await pieces.end(what.id, what.failed);
          if (digest !== null) written.add(digest);
          return digest;
        }
        case 'stream.open':
          mayCall(what.method);
          return streams.open(what.method, what.input);
        case 'stream.next':
          return streams.next(what.id);
        case 'stream.close':
          return streams.end(what.id);
        case 'parts.open':
          return parts.open(what.shared);
        case 'parts.run':
          return parts.run(what.run, what.part, what.input, onShare);
        case 'parts.close':
          return parts.close(what.run);
      }
    },
  };
}

/** All strings in a value: the paths that a caller may have named. */
function stringsIn(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node === 'string') found.add(node);
    else if (typeof node === 'object' && node !== null && !ArrayBuffer.isView(node)) Object.values(node).forEach(visit);
  };
  visit(value);
  return found;
}
