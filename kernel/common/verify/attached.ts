/** The check over what was attached to a seal after it was logged: it is what the log's key says, no more and no less. */
import { ATTACHABLE, attachedText } from '#common/bundle/attached.ts';
import { ATTACHED, bundleKind, PACK_PATHS } from '#common/bundle/layout.ts';
import { readPeriod } from '#common/pack/period.ts';
import { openNote, splitNote } from '#common/tlog/note.ts';
import { fail, type Found } from './checks.ts';
import { textOf, type Files, type Seal, type SignedCheckpoint } from './files.ts';

/** The first form of packs that has the note. Of a run, the sealed metadata say whether it has it (CRATE). */
const PACKS_SINCE = 2;
/** A few lines. */
const MAX_BYTES = 4096;

export function checkAttached(files: Files, { key }: SignedCheckpoint, seal: Seal): Found<true> {
  if (!files.has(ATTACHED)) {
    if (bundleKind(files) === 'pack' && readPeriod(files.get(PACK_PATHS.period)!).page >= PACKS_SINCE)
      fail(`${ATTACHED} is missing.`);
    return { value: true, ok: null, detail: 'Not judged: bundles of before don’t say what was attached to them.' };
  }
  if (files.get(ATTACHED)!.length > MAX_BYTES) fail(`${ATTACHED} is larger than any such note.`);
  const note = textOf(files, ATTACHED);
  if (splitNote(note).lines.length > 1) fail(`${ATTACHED} has more signatures than the log’s.`);
  const said = openNote(note, [key]).text;
  const found = attachedText(seal.id, files);
  if (said !== found) fail(differenceOf(said.split('\n'), found.split('\n')));
  const there = ATTACHABLE.filter((path) => files.has(path));
  return { value: true, detail: `${there.join(', ')}: as the log’s key says, and nothing else` };
}

function differenceOf([, seal, ...said]: readonly string[], [, own, ...found]: readonly string[]): string {
  if (seal !== own) return `${ATTACHED} is about another seal.`;
  for (const path of ATTACHABLE) {
    const [before, now] = [said, found].map((lines) => lines.find((line) => line.endsWith(`  ${path}`)));
    if (before === now) continue;
    if (now === undefined) return `${path} was taken out.`;
    return before === undefined ? `${path} was added.` : `${path} is not the one that was attached.`;
  }
  return `${ATTACHED} names what no bundle has.`;
}
