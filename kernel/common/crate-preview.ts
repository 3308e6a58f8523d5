/** ro-crate-preview.html: what ro-crate-metadata.json says, for people who opened the bundle's folder in a browser. */
import { dataPath, outputPath, PATHS } from './bundle-layout.ts';
import type { BundleParts } from './bundle-types.ts';
import { crateGraph } from './bundle-crate.ts';
import { preview, typeName } from './cells/values.ts';
import { refsOf } from './crate-check.ts';
import type { Packed } from './crate-files.ts';
import { escapeHtml, sheet } from './crate-page.ts';
import { pathUri, uriPath, type Entity } from './crate-terms.ts';
import { hallmarkSvg, hallmarkWords } from './hallmark.ts';
import { decodeValue } from './value.ts';

/** A page stays a page: what is beyond is counted, and stands in the metadata. */
const MOST_ROWS = 300;
/** Larger values are named by their type in `outputs/` alone. */
const LARGEST_SHOWN = 256 * 1024;

/** `files`: as given to `roCrate`, before the page itself and the metadata. */
export function cratePreview(parts: BundleParts, files: ReadonlyMap<string, Packed>): string {
  const { notebook, org, root } = parts;
  const graph = new Map(crateGraph(parts, files).map((entity) => [entity['@id'], entity]));
  const run = graph.get('#run')!;
  const [start, end] = [text(run, 'startTime'), text(run, 'endTime')];
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
<dt>Ran</dt><dd>${moment(start)} to ${moment(end)} <small>as the organisation says</small></dd>
<dt>Ran on</dt><dd>${environment(parts)}</dd>
</dl>
${section('Results', ['Cell', 'Value', 'SHA-256'], results(parts))}${section('Data', ['Name', 'Size', 'SHA-256'], data(parts, files))}${section('What was called', ['Method', 'By', 'Read', 'Made'], calls(parts, graph))}${section('Files', ['File', 'Size', 'SHA-256'], fileRows(files))}<h2>Check it</h2>
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

function results({ cells }: BundleParts): string[][] {
  return cells.map(({ id, digest, value }) => {
    const shown = value === undefined ? '<span class="quiet">not carried</span>' : values(value);
    return [
      `<code>${escapeHtml(id)}</code>`,
      shown,
      value === undefined ? hash(digest) : hash(digest, outputPath(digest)),
    ];
  });
}

/** The names that a cell defines, each with its value in a line. */
function values(bytes: Uint8Array): string {
  if (bytes.length > LARGEST_SHOWN) return `<span class="quiet">${size(bytes.length)}</span>`;
  const outputs = decodeValue(bytes);
  if (typeof outputs !== 'object' || outputs === null) return escapeHtml(preview(outputs, 2));
  const lines = Object.entries(outputs).map(([name, value]) => {
    const type =
      typeof value === 'object' && value !== null ? ` <span class="quiet">${escapeHtml(typeName(value))}</span>` : '';
    return `<code>${escapeHtml(name)}</code>${type} ${escapeHtml(preview(value, 2).slice(0, 200))}`;
  });
  return lines.join('<br>');
}

function data({ data: tables }: BundleParts, files: ReadonlyMap<string, Packed>): string[][] {
  return tables.map(({ name }) => {
    const path = dataPath(name);
    const { digest, size: bytes } = files.get(path)!;
    return [link(path, name), size(bytes), hash(digest)];
  });
}

function calls(_parts: BundleParts, graph: ReadonlyMap<string, Entity>): string[][] {
  const actions = [...graph.values()].filter((entity) => entity['@id'].startsWith('#receipt-'));
  const named = (id: string): string => {
    const name = text(graph.get(id), 'name') || id;
    const path = id.startsWith('#') ? null : uriPath(id);
    return path === null ? `<span class="quiet">${escapeHtml(name)}</span>` : link(path, name);
  };
  return actions.map((action) => {
    const tool = graph.get(refsOf(action, 'instrument')[0] ?? '');
    return [
      `<code>${escapeHtml(text(action, 'name'))}</code>`,
      `${escapeHtml(text(tool, 'name'))} <span class="quiet">${escapeHtml(text(tool, 'softwareVersion'))}</span>`,
      refsOf(action, 'object').map(named).join('<br>'),
      refsOf(action, 'result').map(named).join('<br>'),
    ];
  });
}

function fileRows(files: ReadonlyMap<string, Packed>): string[][] {
  return [...files]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, packed]) => [link(path, path), size(packed.size), hash(packed.digest)]);
}

function section(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const kind = (column: number): string => (heads[column] === 'Size' ? ' class="number"' : '');
  const head = heads.map((name, column) => `<th scope="col"${kind(column)}>${name}</th>`).join('');
  const body = rows
    .slice(0, MOST_ROWS)
    .map(
      (row) =>
        `<tr>${row.map((cell, column) => `<td${kind(column)}${label(heads[column]!, column)}>${cell}</td>`).join('')}</tr>`,
    )
    .join('\n');
  const more = rows.length - MOST_ROWS;
  const rest = more > 0 ? `<p class="quiet">${more} more stand in ${link(PATHS.crate, PATHS.crate)}.</p>\n` : '';
  return `<h2>${title}</h2>
<table><thead><tr>${head}</tr></thead><tbody>
${body}
</tbody></table>
${rest}`;
}

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
const moment = (time: string): string =>
  `<time datetime="${escapeHtml(time)}">${escapeHtml(time.slice(0, 16).replace('T', ' '))} UTC</time>`;
const size = (bytes: number): string =>
  bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
