/** A guess at how tall an output will be that was never drawn in this browser: where it is near, little moves when the output comes. */
import type { CellSource } from '#common/notebook.ts';

/** A value without parts, as the frame shows it. */
const LINE = 22;
/** A chart that names no height. */
const CHART = 240;

/** In pixels. A chart mostly says it itself; several are drawn one below the other. */
export function expectedHeight({ view, code }: Pick<CellSource, 'view' | 'code'>): number {
  if (!view) return LINE;
  const said = Array.from(code.matchAll(/\bheight\s*:\s*(\d{2,4})\b(?!\.)/g), ([, px]) => Number(px));
  return said.length === 0 ? CHART : said.reduce((sum, px) => sum + px, 0);
}
