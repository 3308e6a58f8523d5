import about from '../../package.json' with { type: 'json' };
import type { CompiledNotebook } from '#common/notebook.ts';
import type { ReceiptDraft } from '#common/receipt/receipt.ts';

/** What a run ran on: everything whose change could change a value. Goes into `open` and into the bundle. Versions are exact in package.json. */
export function environment({ seed }: Pick<CompiledNotebook, 'seed'>): ReceiptDraft['env'] {
  return {
    assay: about.version,
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform}-${process.arch}`,
    ses: about.dependencies.ses,
    duckdb: about.dependencies['@duckdb/duckdb-wasm'],
    seed,
  };
}
