/** The drawings that plugins bring: `plugins/<name>/view.tsx`, plain DOM and Plot, each loaded when the first cell draws with it. */
/** Each takes as many values as it has parameters before the last, and then how it is to look. */
export type Views = Readonly<Record<string, (...given: unknown[]) => unknown>>;

const found = import.meta.glob<{ readonly views?: Views }>('../../plugins/*/view.tsx');

export async function loadViews(plugin: string): Promise<Views> {
  const load = found[`../../plugins/${plugin}/view.tsx`];
  return load ? ((await load()).views ?? {}) : {};
}
