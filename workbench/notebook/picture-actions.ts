/** Pictures of the selected cell by name and key, without a way into the frame. */
import { toast } from '../parts/toast.ts';
import { offer } from '../shell/actions.ts';
import type { SheetContext } from './context.ts';
import { takePicture } from './picture-files.ts';

const KINDS = [
  ['svg', 'Save the picture as SVG'],
  ['png', 'Save the picture as PNG'],
  ['copy', 'Copy the picture'],
] as const;

/** @param picture what the frame says that a cell has drawn */
export function pictureActions({ state }: SheetContext, picture: (cell: string) => Promise<unknown>): void {
  const shown = () => state().blocks.find(({ key }) => key === state().selected)?.cell;
  const take = async (kind: (typeof KINDS)[number][0]): Promise<void> => {
    const cell = shown();
    if (!cell) return;
    const svg = await picture(cell.id).catch(() => null);
    if (svg === null) toast('This cell has drawn nothing yet.');
    else await takePicture(kind, svg, `${state().name} ${cell.id}`);
  };
  offer(() =>
    KINDS.map(([kind, label]) => ({
      id: `cell.picture-${kind}`,
      group: 'Cell',
      label,
      words: 'export figure plot image download clipboard',
      enabled: () => shown()?.view === true,
      run: () => void take(kind),
    })),
  );
}
