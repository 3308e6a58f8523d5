/** The check over ro-crate-metadata.json: what repositories and other programs read about a bundle is what it holds. */
import { PATHS } from '#common/bundle/layout.ts';
import { crateFaults, refsOf, typesOf, type CrateFiles } from '#common/crate/check.ts';
import { ACTIONS, uriPath, type Entity } from '#common/crate/terms.ts';
import type { Digest } from '#common/data.ts';
import { parseReceipt, type Statement } from '#common/receipt/receipt.ts';
import { fail, type Found } from './checks.ts';
import { textOf, type Files } from './files.ts';

export function checkCrate(files: Files, manifest: ReadonlyMap<string, Digest>): Found<true> {
  if (isTooMuch(files.get(PATHS.crate)!)) fail(`${PATHS.crate} is larger than that of any bundle.`);
  const text = textOf(files, PATHS.crate);
  const crate: unknown = JSON.parse(text);
  // One form: what JSON.parse passes over in silence, such as a name that comes twice, is not in it.
  if (`${JSON.stringify(crate, null, 2)}\n` !== text) fail(`${PATHS.crate} is not written as Assay writes it.`);
  const faults = crateFaults(crate, {
    paths: new Set(files.all.keys()),
    listed: manifest.keys(),
    run: files.all.has(PATHS.notebook),
    packed: (path) => packed(files, manifest, path),
  });
  if (faults.length > 0) fail(`${PATHS.crate}: ${faults.slice(0, 3).join(' ')}${faults.length > 3 ? ' …' : ''}`);
  const graph = (crate as { readonly '@graph': readonly Entity[] })['@graph'];
  const actions = graph.filter((entity) => typesOf(entity).some((type) => ACTIONS.includes(type as string)));
  checkInstruments(files, graph, actions);
  return { value: true, detail: `${graph.length} things described, ${actions.length} actions among them` };
}

/** More than 32,000 receipts take; and what is small as text but would not be as objects. */
const MAX_BYTES = 96 * 1024 * 1024;
const MAX_PARTS = 2_500_000;
const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b];

function isTooMuch(bytes: Uint8Array): boolean {
  if (bytes.length > MAX_BYTES) return true;
  let parts = 0;
  for (const byte of bytes) if (byte === COMMA || byte === BRACKET || byte === BRACE) parts++;
  return parts > MAX_PARTS;
}

/** The description is compared with the manifest, as FILES compares the files. What came after the metadata has no digest in them. */
function packed(files: Files, manifest: ReadonlyMap<string, Digest>, path: string): ReturnType<CrateFiles['packed']> {
  const file = files.all.get(path);
  const digest = manifest.get(path);
  if (file === undefined || digest === undefined) return undefined;
  return { digest, size: file.digest === digest ? file.size : null };
}

/** An action that a receipt is about names that receipt's plugin, its version, its method and its time. */
function checkInstruments(files: Files, graph: readonly Entity[], actions: readonly Entity[]): void {
  const read = new Map<string, Statement['predicate'] | null>();
  const named = new Map(graph.map((entity) => [entity['@id'], entity]));
  for (const action of actions) {
    for (const uri of refsOf(action, 'subjectOf')) {
      const path = uriPath(uri) ?? '';
      if (!path.startsWith('receipts/') || !files.has(path))
        fail(`${PATHS.crate} names a receipt that is not here: ${uri}.`);
      const predicate = read.has(path) ? read.get(path)! : predicateOf(files, path);
      read.set(path, predicate);
      if (predicate === null) continue;
      const tool = named.get(refsOf(action, 'instrument')[0] ?? '');
      const said = [action['name'], action['endTime'], tool?.['name'], tool?.['softwareVersion'], tool?.['sha256']];
      const { method, time, plugin } = predicate;
      const logged = [method, time, plugin?.name, plugin?.version, plugin?.digest];
      const wrong = said.findIndex((one, index) => one !== logged[index]);
      if (wrong >= 0)
        fail(`${PATHS.crate} says “${String(said[wrong])}” of ${path}, which says “${String(logged[wrong])}”.`);
    }
  }
}

/** null: RECEIPTS says what is wrong with it. */
function predicateOf(files: Files, path: string): Statement['predicate'] | null {
  try {
    return parseReceipt(files.get(path)!).predicate;
  } catch {
    return null;
  }
}
