import { join } from 'node:path';
import { sha256Hex } from '#crypto';
import type { Digest, TableData } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { canonicalize } from '#common/canonical.ts';
import type { LoggedReceipt, ReceiptDraft } from '#common/receipt/receipt.ts';
import { openHost } from '../host/index.ts';
import { openArtifacts } from '../store/artifacts.ts';
import type { SealedCalls } from './reproduce-sealed.ts';

export interface Replay {
  call(cell: string, method: string, input: unknown): Promise<{ readonly result: unknown; readonly receipt: Digest }>;
  dataset(name: string): Promise<TableData>;
  /** Cells that asked for a plugin which is not the sealed one, and why they could not have it. */
  readonly blocked: ReadonlyMap<string, string>;
  /** What is installed here and not what was sealed. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

export interface ReplayOptions {
  /** An empty folder with nothing but the bundle's data: project and home of the re-run. */
  readonly dir: string;
  readonly pluginDirs: readonly string[];
  readonly calls: SealedCalls;
  /** The notebook's. */
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** The plugins installed here, called as in the sealed run and only while they are the sealed ones. Receipts go nowhere. */
export async function openReplay({ dir, pluginDirs, calls, seed, signal }: ReplayOptions): Promise<Replay> {
  const host = await openHost({
    pluginDirs,
    projectDir: dir,
    artifacts: await openArtifacts(join(dir, '.assay', 'artifacts')),
    onReceipt: unlogged,
  });
  const others = new Map<string, string>();
  for (const [name, { version, digest }] of calls.plugins) {
    const here = installed(name);
    if (here?.digest === digest) continue;
    const found = here === null ? 'is not installed here' : `here is ${here.version} (${here.digest.slice(0, 8)}…)`;
    others.set(name, `The plugin “${name}” was sealed as ${version} (${digest.slice(0, 8)}…) and ${found}.`);
  }
  const blocked = new Map<string, string>();

  async function call(cell: string, method: string, input: unknown): Promise<{ result: unknown; receipt: Digest }> {
    const other = others.get(method.split('.', 1)[0]!);
    if (other !== undefined) {
      blocked.set(cell, other);
      throw new AssayError('PLUGIN_DIFFERS', other, { where: method });
    }
    const now = calls.times.get(method)?.shift();
    const { result, receipt } = await host.call(
      { method, input, seed },
      { ...(signal === undefined ? {} : { signal }), ...(now === undefined ? {} : { now }) },
    );
    return { result, receipt: receipt.id };
  }
  return {
    call,
    blocked,
    dataset: async (name) => (await call('', 'datasets.read', { name })).result as TableData,
    notes: [...others.values()],
    close: () => host.close(),
  };

  function installed(name: string): { version: string; digest: Digest } | null {
    try {
      const { manifest, digest } = host.plugin(name);
      return { version: manifest.version, digest };
    } catch {
      return null;
    }
  }
}

/** A re-run proves nothing of itself: its calls are named, and not logged. */
async function unlogged(draft: ReceiptDraft): Promise<LoggedReceipt> {
  const body = canonicalize({ ...draft });
  return { id: sha256Hex(body), index: 0, body };
}
