/**
 * index.html of an audit pack: one page, no script, nothing loaded. It follows from the receipts alone, letter by letter: a verifier writes
 * it again and compares. Whoever changes what it writes raises PAGE_VERSION, so that older packs are not called false.
 */
import { sha256Hex } from '#crypto';
import { hallmarkSvg } from '#common/hallmark/hallmark.ts';
import { markup, rows, table, type Column, type Html } from './html.ts';
import { formatPeriod, type PackPeriod, type Place } from './period.ts';
import { PACK_STYLE } from './style.ts';
import type { Counted, PackSummary } from './summary.ts';
import { momentOf, packTitle, periodInWords } from './title.ts';
import type { RunFacts } from './runs.ts';

export const PAGE_VERSION = 2;
/** Written alike: packs since 2 have a note about what was attached to their seal. */
export const PAGES_KNOWN: readonly number[] = [1, PAGE_VERSION];

export function packPage(period: PackPeriod, summary: PackSummary): string {
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${packTitle(period)}</title>
<style>${{ html: PACK_STYLE }}</style>
</head>
<body>
<main>
${head(period, summary)}
${figures(summary)}
${incidents(summary)}
${runs(summary)}
${decisions(summary)}
${section('Data sets', 'What the runs of the period read.', counted(summary.datasets, ['File', 'Read by', 'SHA-256', 'Times'], 'No data set was read.'))}
${section('Models', 'What was trained or taken in.', counted(summary.models, ['Model', 'Made by', 'SHA-256', 'Times'], 'No model was made.'))}
${section('Plugins', 'Who did the work: the code is named by its digest.', counted(summary.plugins, ['Plugin', 'Version', 'SHA-256', 'Receipts'], 'No plugin was called.'))}
${section('Methods', 'What was called, and what kind of receipt it left.', counted(summary.methods, ['Method', 'Kind', null, 'Times'], 'No method was called.'))}
${section('Ran on', 'As the receipts say.', counted(summary.environments, ['Software', 'Platform', null, 'Receipts'], 'Nothing is said about it.'))}
${kinds(summary)}
${edges(period, summary)}
${checking(period)}
</main>
</body>
</html>
`;
  return page.html;
}

function head(period: PackPeriod, { receipts }: PackSummary): Html {
  const { org, first, end, vkey } = period;
  const mark = { html: hallmarkSvg(sha256Hex(formatPeriod(period))) };
  const all =
    receipts === 0
      ? markup`The log of <b>${org}</b> holds nothing from this period: receipt ${end} comes right after ${first === 0 ? 'nothing' : `receipt ${first - 1}`}.`
      : markup`Everything that the log of <b>${org}</b> holds from this period: ${count(receipts, 'receipt')}, number ${first} to number ${end - 1}, none left out.`;
  return markup`<header>
<div class="mark">${mark}</div>
<div>
<p class="over">Audit pack</p>
<h1>${periodInWords(period)}</h1>
<p class="lead">${all}</p>
<p class="quiet">Times are UTC, and the organisation’s own claims. Log key <code>${vkey}</code></p>
</div>
</header>`;
}

function figures({
  receipts,
  runs: all,
  incidents: found,
  kinds: by,
  reproductions,
  gatesPassed,
  gatesStopped,
}: PackSummary): Html {
  const sealed = all.filter((run) => run.sealed !== null).length;
  const shown: readonly (readonly [string, number, string?])[] = [
    ['receipts', receipts],
    ['incidents', found.length, found.length > 0 ? 'bad' : 'good'],
    ['notebook runs', all.length],
    ['sealed', sealed],
    ['gates passed', gatesPassed],
    ['gates stopped', gatesStopped],
    ['re-runs', reproductions],
    ['data set reads', by.get('dataset') ?? 0],
  ];
  return markup`<dl class="figures">${rows(shown, ([name, number, state]) => markup`<div${state === undefined ? '' : { html: ` data-state="${state}"` }}><dt>${name}</dt><dd>${grouped(number)}</dd></div>`)}</dl>`;
}

function incidents({ incidents: found }: PackSummary): Html {
  if (found.length === 0)
    return section('Incidents', 'Runs that failed or were never closed, gates that stopped something or were skipped, re-runs that came out otherwise.', markup`<p class="none good">None: every run that was begun was closed, sealed and went through its gates.</p>`); // prettier-ignore
  return section(
    'Incidents',
    'What did not go as it should. That it stands here is what a log is for.',
    table(found, [['Number', 'count'], 'Claims', 'What', ['In words', 'wide']], ({ index, time, what, detail }) => [
      number(index),
      when(time),
      markup`<span class="state bad">${what}</span>`,
      detail,
    ]),
  );
}

function runs({ runs: all }: PackSummary): Html {
  const body = all.length === 0 ? none('No notebook was run with receipts.') : table(all, ['Begun', ['Notebook', 'wide'], 'Ended', ['Receipts', 'count'], 'Root', ['Seal', 'count']], (run) => [
    run.begun === null ? 'before the period' : when(run.begun.time),
    markup`<b>${run.title}</b>`,
    outcome(run),
    grouped(run.receipts),
    digest(run.root),
    run.sealed === null ? '–' : number(run.sealed.index),
  ]); // prettier-ignore
  return section(
    'Notebook runs',
    'Each was announced in the log before it began. Two runs with one root gave the same results.',
    body,
  );
}

function outcome({ sealed, closed, outcome: how }: RunFacts): Html {
  if (sealed !== null) return markup`<span class="state sealed">sealed</span>`;
  if (closed === null) return markup`<span class="state bad">not closed</span>`;
  return how === 'done'
    ? markup`<span class="state open">done, not sealed</span>`
    : markup`<span class="state bad">${how ?? 'unknown'}</span>`;
}

function decisions({ decisions: made, decisionCount }: PackSummary): Html {
  const body = made.length === 0 ? none('No gate, approval, decision, hold or key was logged.') : table(made, [['Number', 'count'], 'Claims', ['What', 'wide'], 'Outcome', 'By'], ({ index, time, what, kind, passed, by }) => [
    number(index),
    when(time),
    what,
    passed === null ? kind : markup`<span class="state ${passed ? 'good' : 'bad'}">${passed ? 'passed' : 'stopped'}</span>`,
    by,
  ], decisionCount); // prettier-ignore
  return section('Gates and decisions', 'Who let what through: gates, approvals, decisions, holds and keys.', body);
}

function kinds({ kinds: by }: PackSummary): Html {
  const all = [...by].toSorted(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  return section('Receipts by kind', 'All of the period, one by one in receipts/log.jsonl.', all.length === 0 ? none('None.') : markup`<ul class="kinds">${rows(all, ([kind, times]) => markup`<li>${kind} <b>${grouped(times)}</b></li>`)}</ul>`); // prettier-ignore
}

function edges({ from, to }: PackPeriod, { edges: { before, first, last, after }, strayTimes }: PackSummary): Html {
  const ends: readonly (readonly [string, Place | null])[] = [
    ['the one before', before],
    ['first of the period', first],
    ['last of the period', last],
    ['the one after', after],
  ];
  const stray = strayTimes === 0 ? '' : ` Of the receipts in between, ${grouped(strayTimes)} claim a time outside of the period: a clock went backwards, and they are kept here rather than left out.`; // prettier-ignore
  const body = table(
    ends.filter(([, place]) => place !== null),
    [['Receipt', 'wide'], ['Number', 'count'], 'Claims', 'SHA-256'],
    ([name, place]) => [name, number(place!.index), when(place!.time), digest(place!.id)],
  );
  return section(
    'Where the period was cut',
    `A receipt’s time is a claim; its place in the log is not. This pack holds one unbroken stretch of the log: from the first receipt that claims ${momentOf(from)} or later, through the last that claims a time before ${momentOf(to)}. The receipts on both sides are in it, so that nothing can be cut off at an edge without showing.${stray}`,
    body,
  );
}

function checking({ start, stop }: PackPeriod): Html {
  return section(
    'Check it yourself',
    `This page follows from the receipts, letter by letter: the verifier writes it again and compares. It also proves that receipts ${start} to ${stop - 1} are the log’s, that none is missing, and who signed.`,
    markup`<pre>npx assay verify pack.zip
sha256sum --check --strict manifest-sha256.txt</pre>
<p class="quiet">README.md says how to check seal, key and log with OpenSSL alone. proof/checkpoint holds the log’s head as it was signed, with the witnesses’ cosignatures; proof/checkpoint.tsr its time stamp, where there was an authority.</p>`,
  );
}

function counted(
  all: readonly Counted[],
  [name, about, hash, times]: readonly [string, string, string | null, string],
  empty: string,
): Html {
  if (all.length === 0) return none(empty);
  const columns: readonly Column[] = [[name, 'wide'], about, ...(hash === null ? [] : [hash]), [times, 'count']];
  return table(all, columns, (one) => [
    markup`<b>${one.name}</b>`,
    one.about,
    ...(hash === null ? [] : [digest(one.digest)]),
    grouped(one.times),
  ]);
}

const section = (title: string, about: string, body: Html): Html =>
  markup`<section>
<h2>${title}</h2>
<p class="about">${about}</p>
${body}
</section>`;
const none = (text: string): Html => markup`<p class="none">${text}</p>`;
const number = (index: number): Html => markup`<span class="number">${String(index)}</span>`;
const when = (time: string): Html => markup`<time datetime="${time}">${momentOf(time)}</time>`;
const digest = (hash: string | null): Html =>
  hash === null ? markup`–` : markup`<code title="${hash}">${hash.slice(0, 12)}</code>`;
const grouped = (value: number): string => String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
const count = (value: number, of: string): string => `${grouped(value)} ${of}${value === 1 ? '' : 's'}`;
