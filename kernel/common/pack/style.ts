/** The pack's page looks like the workbench: the same tokens (workbench/styles/tokens.css), with the fonts that a reader has. */
export const PACK_STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fbfaf6, #17181a);
  --sunken: light-dark(#f3f1ea, #121315);
  --ink: light-dark(#1c1b19, #e9e6df);
  --grey: light-dark(#55534d, #b3afa6);
  --grey-2: light-dark(#706d65, #908c84);
  --line: light-dark(#e4e0d5, #303135);
  --gold: light-dark(#85610f, #d9b565);
  --pass: light-dark(#28704a, #6cc394);
  --near: light-dark(#8a5a00, #e2aa4d);
  --crossed: light-dark(#b3261e, #f2887f);
  --serif: 'Source Serif 4 Variable', 'Source Serif 4', Georgia, serif;
  --sans: 'Inter Variable', Inter, system-ui, sans-serif;
  --mono: 'JetBrains Mono Variable', 'JetBrains Mono', ui-monospace, monospace;
}
* { box-sizing: border-box; margin: 0; }
body { background: var(--paper); color: var(--ink); font: 400 0.875rem/1.5 var(--sans); -webkit-text-size-adjust: 100%; }
main { max-width: 64rem; margin: 0 auto; padding: 3rem 1.5rem 4.5rem; }
header { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 1.5rem; align-items: start; }
.mark { width: 5.5rem; color: var(--gold); }
.mark svg { display: block; width: 100%; }
.over { color: var(--gold); font-size: 0.875rem; font-weight: 600; }
h1 { font: 600 2.5rem/1.1 var(--serif); letter-spacing: -0.02em; text-wrap: balance; }
.lead { max-width: 60ch; margin-top: 0.75rem; font: 400 1.25rem/1.5 var(--serif); color: var(--grey); }
.lead b { color: var(--ink); font-weight: 600; }
.quiet { margin-top: 0.5rem; color: var(--grey-2); font-size: 0.75rem; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(8, minmax(0, 1fr)); gap: 0 1rem; margin-top: 2.5rem; border-top: 1px solid var(--ink); }
.figures div { display: flex; flex-direction: column-reverse; padding: 0.75rem 0; border-bottom: 1px solid var(--line); }
.figures dt { color: var(--grey-2); font-size: 0.75rem; }
.figures dd { font: 600 1.75rem/1.2 var(--serif); font-variant-numeric: tabular-nums; }
[data-state='bad'] dd { color: var(--crossed); }
[data-state='good'] dd { color: var(--pass); }
section { margin-top: 3rem; }
h2 { font: 600 1.25rem/1.3 var(--serif); }
.about { max-width: 68ch; margin: 0.25rem 0 0.75rem; color: var(--grey); font: 400 1rem/1.5 var(--serif); }
.none { padding: 0.5rem 0; border-top: 1px solid var(--line); color: var(--grey-2); }
.none.good { color: var(--pass); }
.more { padding-top: 0.5rem; color: var(--grey-2); }
table { width: 100%; border-collapse: collapse; border-top: 1px solid var(--ink); font-variant-numeric: tabular-nums; }
th { color: var(--grey-2); font-size: 0.75rem; font-weight: 400; white-space: nowrap; }
th, td { padding: 0.35rem 1rem 0.35rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
td b { font-weight: 500; }
:is(th, td):last-child { padding-right: 0; }
th:not(.wide, .count) { min-width: 8.5rem; }
.wide { width: 100%; }
.count { text-align: right; white-space: nowrap; }
.kinds { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 0 1.5rem; padding: 0; border-top: 1px solid var(--ink); list-style: none; }
.kinds li { display: flex; justify-content: space-between; padding: 0.35rem 0; border-bottom: 1px solid var(--line); }
.kinds b { font-weight: 500; font-variant-numeric: tabular-nums; }
time, .number, .state, td code { white-space: nowrap; }
.number { color: var(--grey-2); }
code, pre { font-family: var(--mono); font-size: 0.75rem; }
td code { color: var(--grey); }
pre { padding: 0.75rem 1rem; overflow-x: auto; border-radius: 4px; background: var(--sunken); line-height: 1.6; }
.state::before { display: inline-block; width: 1.1em; font-weight: 700; }
.good { color: var(--pass); }
.state.good::before, .none.good::before { content: '✓ '; }
.state.bad { color: var(--crossed); }
.state.bad::before { content: '✗'; }
.state.sealed { color: var(--gold); }
.state.sealed::before { content: '◆'; }
.state.open { color: var(--near); }
.state.open::before { content: '○'; }
@media (max-width: 44rem) {
  main { padding: 1.5rem 1rem 3rem; }
  header { grid-template-columns: minmax(0, 1fr); gap: 0.75rem; }
  .mark { width: 4rem; }
  h1 { font-size: 1.75rem; }
  .lead { font-size: 1rem; }
  .figures, .kinds { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { display: block; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  td { display: grid; grid-template-columns: 6rem minmax(0, 1fr); padding: 0.1rem 0; border: 0; }
  td.count { text-align: left; }
  td::before { content: attr(data-column); color: var(--grey-2); font-size: 0.75rem; line-height: 1.3125rem; }
}
@media print {
  :root { color-scheme: light; }
  main { max-width: none; padding: 0; }
  section { break-inside: avoid-page; }
}
`;
