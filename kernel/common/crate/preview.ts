/** ro-crate-preview.html: what ro-crate-metadata.json says, for people who opened the bundle's folder in a browser. */
import { dataPath, outputPath, PATHS } from '#common/bundle/layout.ts';
import type { BundleParts } from '#common/bundle/types.ts';
import { refsOf } from './check.ts';
import type { Packed } from './files.ts';
import { escapeHtml, sheet } from './page.ts';
import { outputsHtml } from './values.ts';
import { pathUri, uriPath, type Entity } from './terms.ts';
import { hallmarkSvg, hallmarkWords } from '#common/hallmark/hallmark.ts';

/** A page stays a page: what is beyond is counted, and stands in the metadata. */
const MOST_ROWS = 300;
/** Links in one cell of a table. */
const MOST_LINKS = 12;

/** `files` and `entities`: all but the page itself and the metadata. */
export function cratePreview(
  parts: BundleParts,
  files: ReadonlyMap<string, Packed>,
  entities: readonly Entity[],
): string {
  const { notebook, org, root, cells } = parts;
  const graph = new Map(entities.map((entity) => [entity['@id'], entity]));
  const run = graph.get('#run')!;
  const [start, end] = [text(run, 'startTime'), text(run, 'endTime')];
  const called = entities.filter((entity) => entity['@id'].startsWith('#receipt-'));
  const packed = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sheet(
    notebook.title,
    `<main>
<header>${hallmarkSvg(root)}<div>
<h1>${escapeHtml(notebook.title)}</h1>
<p>A sealed run of the notebook “${escapeHtml(notebook.name)}”, by the organisation “${escapeHtml(org)}”, on ${moment(end)}.</p>
</div></header>
<dl>
<dt>Root of all results</dt><dd><code>${root}</code><br><small>${escapeHtml(hallmarkWords(root))}</small></dd>
<dt>Notebook</dt><dd>${link(PATHS.notebook, notebook.name)}</dd>
<dt>Ran</dt><dd>${moment(start, true)} to ${moment(end, true)} <small>as the organisation says</small></dd>
<dt>Ran on</dt><dd>${environment(parts)}</dd>
</dl>
<h2>Results</h2>
${cells.slice(0, MOST_ROWS).map(result).join('\n')}
${more(cells.length)}<h2>Data</h2>
${table(['Name', 'Size', 'SHA-256'], parts.data, data(files))}${folded('What was called', table(['Method', 'By', 'Read', 'Made'], called, call(graph)), called.length)}${folded('Files', table(['File', 'Size', 'SHA-256'], packed, file), packed.length)}<h2>Check it</h2>
<p>With Assay, offline: <code>npx assay verify run.zip</code>. Without it, in this folder, with programs that every Linux has:</p>
<pre>${CHECK}</pre>
<p>${link(PATHS.readme, 'README.md')} goes on from there: seal, log, time stamps and witnesses, each with the commands to check it.</p>
<footer><p>This page was written by those who sealed the run; on its own it proves nothing. The same for machines is in ${link(PATHS.crate, PATHS.crate)} (RO-Crate 1.1, Process Run Crate 0.5).</p></footer>
</main>
`,
  );
}

const CHECK = `sha256sum --check --strict manifest-sha256.txt
ssh-keygen -Y verify -f proof/log.allowed_signers -I log -n assay-manifest -s proof/manifest-sha256.txt.sig &lt; manifest-sha256.txt`;

function result({ id, digest, value }: BundleParts['cells'][number]): string {
  const shown = value === undefined ? '<span class="quiet">Too large to carry.</span>' : outputsHtml(value);
  const path = value === undefined ? undefined : outputPath(digest);
  return `<div class="cell"><div>${shown}</div><div class="margin">${escapeHtml(id)}<br>${hash(digest, path)}</div></div>`;
}

const data =
  (files: ReadonlyMap<string, Packed>) =>
  ({ name }: BundleParts['data'][number]): string[] => {
    const { digest, size: bytes } = files.get(dataPath(name))!;
    return [link(dataPath(name), name), size(bytes), hash(digest)];
  };

const call =
  (graph: ReadonlyMap<string, Entity>) =>
  (action: Entity): string[] => {
    const tool = graph.get(refsOf(action, 'instrument')[0] ?? '');
    const list = (property: string): string => {
      const all = refsOf(action, property);
      const rest = all.length > MOST_LINKS ? `<br><span class="quiet">${all.length - MOST_LINKS} more</span>` : '';
      return all.slice(0, MOST_LINKS).map(named).join('<br>') + rest;
    };
    const named = (id: string): string => {
      const name = text(graph.get(id), 'name') || id;
      const path = id.startsWith('#') ? null : uriPath(id);
      return path === null ? `<span class="quiet">${escapeHtml(name)}</span>` : link(path, name);
    };
    return [
      `<code>${escapeHtml(text(action, 'name'))}</code>`,
      `${escapeHtml(text(tool, 'name'))} <span class="quiet">${escapeHtml(text(tool, 'softwareVersion'))}</span>`,
      list('object'),
      list('result'),
    ];
  };

const file = ([path, packed]: readonly [string, Packed]): string[] => [
  link(path, path.replace(/([0-9a-f]{16})[0-9a-f]{48}/, '$1…')),
  size(packed.size),
  hash(packed.digest),
];

function folded(title: string, content: string, count: number): string {
  if (count === 0) return '';
  return `<details><summary><h2>${title}</h2> <span class="quiet">${count.toLocaleString('en')}</span></summary>
${content}</details>
`;
}

function table<T>(heads: readonly string[], things: readonly T[], row: (thing: T) => readonly string[]): string {
  if (things.length === 0) return '<p class="quiet">None.</p>\n';
  const kind = (column: number): string => KINDS[heads[column]!] ?? '';
  const head = heads.map((name, column) => `<th scope="col"${kind(column)}>${name}</th>`).join('');
  const cell = (html: string, column: number): string =>
    `<td${kind(column)}${label(heads[column]!, column)}>${html}</td>`;
  const body = things.slice(0, MOST_ROWS).map((thing) => `<tr>${row(thing).map(cell).join('')}</tr>`);
  return `<table class="listing"><thead><tr>${head}</tr></thead><tbody>
${body.join('\n')}
</tbody></table>
${more(things.length)}`;
}

const KINDS: Readonly<Record<string, string>> = {
  Size: ' class="number"',
  Method: ' class="name"',
  By: ' class="name"',
};
const more = (count: number): string =>
  count > MOST_ROWS
    ? `<p class="quiet">${count - MOST_ROWS} more stand in ${link(PATHS.crate, PATHS.crate)}.</p>\n`
    : '';
/** On a phone, rows become blocks, and cells say what they are. */
const label = (head: string, column: number): string =>
  column === 0 || head === 'Value' ? '' : ` data-label="${head}"`;

const environment = ({ env }: BundleParts): string =>
  escapeHtml(
    Object.entries(env)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(', '),
  ) || '<span class="quiet">nothing is said</span>';
const text = (entity: Entity | undefined, property: string): string => {
  const value = entity?.[property];
  return typeof value === 'string' ? value : '';
};
const link = (path: string, name: string): string => `<a href="${escapeHtml(pathUri(path))}">${escapeHtml(name)}</a>`;
const hash = (digest: string, path?: string): string => {
  const short = `<span class="hash" title="${digest}">${digest.slice(0, 16)}…</span>`;
  return path === undefined ? short : `<a href="${escapeHtml(pathUri(path))}">${short}</a>`;
};
const moment = (time: string, seconds = false): string =>
  `<time datetime="${escapeHtml(time)}">${escapeHtml(time.slice(0, seconds ? 19 : 16).replace('T', ' '))} UTC</time>`;
const size = (bytes: number): string =>
  bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
