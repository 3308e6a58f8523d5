/** The sheet that a crate's preview is written on: looks as the workbench does (workbench/styles/tokens.css), with neither script nor any other file. */

/** Text as HTML, inside elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** `body` is HTML. Nothing runs, and nothing is fetched, whatever it holds. */
export function sheet(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>
${STYLE}</style>
</head>
<body>
${body}</body>
</html>
`;
}

const STYLE = `:root {
  color-scheme: light dark;
  --paper: light-dark(#fbfaf6, #17181a);
  --ink: light-dark(#1c1b19, #e9e6df);
  --grey: light-dark(#55534d, #b3afa6);
  --grey-2: light-dark(#706d65, #908c84);
  --line: light-dark(#e4e0d5, #303135);
  --sunken: light-dark(#f3f1ea, #121315);
  --gold: light-dark(#85610f, #d9b565);
  --accent: light-dark(#2f5f9e, #8ab4e8);
  --serif: 'Source Serif 4 Variable', 'Source Serif 4', Georgia, serif;
  --sans: 'Inter Variable', Inter, system-ui, sans-serif;
  --mono: 'JetBrains Mono Variable', 'JetBrains Mono', ui-monospace, monospace;
}
* { box-sizing: border-box; }
body { margin: 0; padding: 4.5rem 1.5rem; background: var(--paper); color: var(--ink); font: 0.875rem/1.5 var(--sans); }
main { max-width: 54rem; margin: 0 auto; }
header { display: flex; gap: 1.5rem; align-items: flex-start; padding-bottom: 2rem; }
header svg { flex: none; width: 5rem; height: 5rem; color: var(--gold); }
h1 { margin: 0; font: 600 2.5rem/1.15 var(--serif); overflow-wrap: anywhere; text-wrap: balance; }
h2 { margin: 3rem 0 0.5rem; font: 600 1.25rem/1.3 var(--serif); }
p { max-width: 42rem; margin: 0.5rem 0; font: 1rem/1.6 var(--serif); }
header p { color: var(--grey); }
small, .quiet { color: var(--grey-2); }
a { color: var(--accent); text-decoration-color: color-mix(in srgb, currentColor 35%, transparent); text-underline-offset: 0.2em; overflow-wrap: anywhere; }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
code, pre, .hash { font: 0.75rem/1.6 var(--mono); overflow-wrap: anywhere; }
pre { margin: 0.75rem 0; padding: 0.75rem 1rem; border-radius: 4px; background: var(--sunken); white-space: pre-wrap; }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: 0.25rem 1.5rem; margin: 0; padding: 1rem 0; border: solid var(--line); border-width: 1px 0; }
dt { color: var(--grey-2); }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { padding: 0.25rem 1.5rem 0.25rem 0; border-bottom: 1px solid var(--line); color: var(--grey-2); font: 0.75rem/1.5 var(--sans); text-align: left; }
td { padding: 0.375rem 1.5rem 0.375rem 0; border-bottom: 1px solid var(--line); vertical-align: baseline; }
th:last-child, td:last-child { padding-right: 0; }
.listing { width: 100%; }
.listing td { overflow-wrap: anywhere; }
th.number, td.number { text-align: right; white-space: nowrap; }
td.name { white-space: nowrap; }
.hash { color: var(--grey-2); white-space: nowrap; }
.cell { display: grid; grid-template-columns: minmax(0, 1fr) 9rem; gap: 0 2rem; padding: 0.875rem 0; border-top: 1px solid var(--line); }
.margin { color: var(--grey-2); font-size: 0.75rem; overflow-wrap: anywhere; }
.output + .output { margin-top: 0.75rem; }
.output > code { margin-right: 0.5rem; font-size: 0.8125rem; font-weight: 600; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.inner { margin: 0.375rem 0 0.25rem; font-size: 0.8125rem; }
.inner td, .inner th { padding-block: 0.125rem; white-space: nowrap; }
.inner tr:last-child td { border-bottom: 0; }
dl.fields { grid-template-columns: minmax(6rem, max-content) minmax(0, 1fr); gap: 0.125rem 1.5rem; margin-top: 0.25rem; padding: 0; border: 0; }
details { margin-top: 3rem; }
details + details { margin-top: 0.75rem; }
summary { cursor: pointer; }
summary h2 { display: inline; margin: 0; }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
details > table { margin-top: 0.5rem; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--grey-2); }
footer p { font: inherit; }
@media (max-width: 40rem) {
  body { padding: 2rem 1rem; }
  header { flex-direction: column; gap: 1rem; padding-bottom: 1.5rem; }
  h1 { font-size: 1.75rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 0.5rem; }
  dl.fields { grid-template-columns: minmax(4rem, max-content) minmax(0, 1fr); gap: 0.125rem 1rem; }
  dl.fields dd { margin: 0; }
  .cell { grid-template-columns: minmax(0, 1fr); gap: 0.375rem; }
  .margin br { display: none; }
  .margin .hash { margin-left: 0.5rem; }
  .listing thead { display: none; }
  .listing tr { display: block; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  .listing td { display: block; padding: 0; border: 0; }
  .listing td[data-label]::before { content: attr(data-label) ' '; color: var(--grey-2); font: 0.75rem/1.6 var(--sans); }
  .listing td.number { text-align: left; }
}
@media print {
  body { padding: 0; }
  a { color: inherit; }
  details::details-content { content-visibility: visible; }
}
`;
