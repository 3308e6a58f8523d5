import { createHash } from 'node:crypto';
import { basename, isAbsolute } from 'node:path';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import type { Parent } from '#common/receipt/types.ts';
import { listAllowed, readAllowed, type FileAccess, type Project } from './files.ts';
import type { Ask } from './messages.ts';
import type { PreparedCall } from './prepare.ts';
import type { HostArtifacts } from './types.ts';

/** The kernel's side of one call's `ctx`: does what the method asks, when it may, and remembers it for the receipt. */
export interface Services {
  /** @throws FORBIDDEN, NOT_FOUND, and what a called method throws */
  answer(what: Ask): Promise<unknown>;
  uses(name: string, digest: Digest): void;
  readonly parents: readonly Parent[];
  /** Named by the method, and whatever else it read. */
  readonly materials: ReadonlyMap<string, Digest>;
  readonly written: ReadonlySet<Digest>;
}

export interface ServiceParts {
  readonly project: Project;
  readonly artifacts: HostArtifacts;
  /** Another method, as part of this call. */
  call(method: string, input: unknown): Promise<{ readonly result: unknown; readonly receipt: Digest }>;
}

export function createServices({ project, artifacts, call }: ServiceParts, prepared: PreparedCall): Services {
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
  return {
    parents,
    materials,
    written,
    uses,
    async answer(what) {
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
          if (!calls.includes(what.method))
            throw new AssayError(
              'FORBIDDEN',
              `The plugin “${manifest.name}” may not call ${what.method} (permissions.calls: ${calls.join(', ') || 'none'}).`,
              { where: prepared.method },
            );
          const { result, receipt } = await call(what.method, what.input);
          parents.push({ digest: receipt, role: 'call' });
          return result;
        }
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
