/** What a pack says about its receipts: which period they are of, and what they amount to. */
import { PACK_PATHS } from '#common/bundle/layout.ts';
import type { Digest } from '#common/data.ts';
import { packFiles } from '#common/pack/files.ts';
import { PAGE_VERSION, PAGES_KNOWN } from '#common/pack/page.ts';
import type { Statement } from '#common/receipt/receipt.ts';
import { fail, type Found } from './checks.ts';
import { digestOf, sameText, textOf, type Files, type Seal } from './files.ts';
import type { Pack } from './pack-reader.ts';

export function checkPeriod(pack: Pack, seal: Seal, files: Files, indices: ReadonlyMap<Digest, bigint>): Found<true> {
  const { period, summary, stretch, outside } = pack;
  const { from, to, first, end, announced } = period;
  const announcement: Statement | undefined = stretch.announcement ?? outside.find(({ id }) => id === announced);
  if (announcement === undefined) fail('The announcement of this pack is not here.');
  const announcedAt = indices.get(announced) ?? BigInt(summary.edges.after?.id === announced ? end : -1);
  if (announcedAt < BigInt(end)) fail('The pack was announced before the last receipt of its stretch was logged.');
  const { kind, time, stream, seq, result } = announcement.predicate;
  const said = Object(result) as { readonly pack?: unknown; readonly from?: unknown; readonly to?: unknown };
  if (kind !== 'archive' || seq !== 0 || said.pack !== 'announced' || stream !== seal.predicate.stream)
    fail('What the pack calls its announcement is something else.');
  const until = typeof said.to === 'string' && said.to < time ? said.to : time;
  if (from !== said.from || to !== until)
    fail(`It was announced for ${String(said.from)} to ${String(said.to)}; it is about ${from} to ${to}.`);
  const sealed = Object(seal.predicate.result) as { readonly period?: unknown };
  if (sealed.period !== digestOf(files.get(PACK_PATHS.period)!)) fail('The seal is about another period.');
  const { before, after, first: one, last } = summary.edges;
  if (before !== null && before.time >= from)
    fail(`Receipt ${before.index}, before the stretch, claims ${before.time}: it belongs to the period.`);
  if (after === null || after.time < to)
    fail(`Receipt ${end}, behind the stretch, claims ${after?.time ?? 'nothing'}: it belongs to the period.`);
  if (one !== null && one.time < from) fail(`Receipt ${first} claims ${one.time}: the stretch begins too early.`);
  if (last !== null && last.time >= to) fail(`Receipt ${end - 1} claims ${last.time}: the stretch ends too late.`);
  const stray = summary.strayTimes === 0 ? '' : `; ${summary.strayTimes} of them claim a time outside of it`;
  const none = first === 0 ? 'none, the log begins later' : `none, between receipts ${first - 1} and ${end}`;
  const which = first === end ? none : `receipts ${first} to ${end - 1}`;
  return { value: true, detail: `${from} to ${to}: ${which}${stray}` };
}

/** Written again from the receipts, every description must come out the same. */
export function checkReport(files: Files, { period, summary, outside }: Pack): Found<true> {
  if (!PAGES_KNOWN.includes(period.page))
    return {
      value: true,
      ok: null,
      detail: `Not judged: the page is written in form ${period.page}, this verifier knows ${PAGE_VERSION}.`,
    };
  const written = packFiles(period, summary, outside, (path) => {
    const { digest, size } = files.all.get(path)!;
    return { digest, bytes: size };
  });
  for (const [path, text] of written)
    if (!sameText(files, path, text)) fail(`${path} is not what these receipts give.${firstLine(files, path, text)}`);
  return { value: true, detail: `${[...written.keys()].join(', ')}: written anew and the same` };
}

function firstLine(files: Files, path: string, text: string): string {
  const found = textOf(files, path).split('\n');
  const line = text.split('\n').findIndex((expected, at) => expected !== found[at]);
  return ` Line ${(line < 0 ? text.split('\n').length : line) + 1} says something else.`;
}
