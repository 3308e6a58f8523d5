/** What view and text cells draw with, and how values are shown. One box a cell; a new run's drawing replaces the old one at once. */
import type { Drawing } from '#common/cells/present.ts';
import { DOM_GLOBALS } from '#common/cells/names.ts';
import type { CompiledCell, CompiledNotebook } from '#common/notebook.ts';
import { Canvas, type Look } from './canvas.ts';
import { html, svg } from './html.ts';
import { inspect } from './inspect.ts';
import { addTools, pictureOf, type PictureKind, withTools } from './picture-tools.ts';
import { loadViews, type Views } from './plugin-views.ts';
import type { Slots } from './slots.ts';

export interface FrameDrawing extends Drawing {
  /** Finds the drawings of the plugins that the notebook names; cells that it has no more are forgotten. */
  use(notebook: CompiledNotebook): void;
  /** The cell calls a method. */
  called(cell: string): void;
  /** Draws again what was made for another width or for the other of light and dark. Gives the cells that have to run for it. */
  refresh(): string[];
  /** What a cell has drawn as a picture; null where it has drawn nothing. */
  picture(cell: string): string | null;
}

type Loaded = { plot?: typeof import('./plot.ts'); markdown?: typeof import('./markdown.ts') };

/**
 * @param late told when a run has ended whose drawings are out of date already
 * @param hand given a drawing that is to be a file
 */
export function makeDrawing(
  slots: Slots,
  late: () => void,
  hand: (cell: string, kind: PictureKind, svg: string) => void,
): FrameDrawing {
  const canvases = new Map<string, Canvas>();
  const loaded: Loaded = {};
  const views = new Map<string, Views>();
  let plugins: readonly string[] = [];

  const look = (id: string): Look => ({
    width: slots.width(id),
    dark: document.documentElement.style.colorScheme === 'dark',
  });

  /** Puts the canvas in place of what the cell showed before. */
  function place(id: string, canvas: Canvas): void {
    if (canvas.shown) return;
    canvas.shown = true;
    slots.box(id).replaceChildren(canvas.node);
  }

  function renew(id: string): Canvas {
    const canvas = new Canvas(() => look(id));
    canvases.set(id, canvas);
    return canvas;
  }

  function add(id: string, canvas: Canvas, value: unknown): void {
    canvas.put(asNode(value));
    if (canvas.done) addTools(canvas.node, (kind, svg) => hand(id, kind, svg));
    place(id, canvas);
  }

  async function load(cell: CompiledCell): Promise<void> {
    const wanted: Promise<unknown>[] = [];
    if (cell.inputs.includes('Plot') && !loaded.plot)
      wanted.push(import('./plot.ts').then((module) => (loaded.plot = module)));
    if ((cell.kind === 'text' || cell.inputs.includes('md')) && !loaded.markdown) {
      wanted.push(import('./markdown.ts').then((module) => (loaded.markdown = module)));
    }
    for (const plugin of plugins) {
      if (cell.kind !== 'view' || views.has(plugin) || !cell.inputs.includes(plugin)) continue;
      wanted.push(loadViews(plugin).then((found) => views.set(plugin, found)));
    }
    if (wanted.length > 0) await Promise.all(wanted);
  }

  const isLoaded = (cell: CompiledCell): boolean =>
    (!cell.inputs.includes('Plot') || loaded.plot !== undefined) &&
    ((cell.kind !== 'text' && !cell.inputs.includes('md')) || loaded.markdown !== undefined) &&
    (cell.kind !== 'view' || plugins.every((plugin) => views.has(plugin) || !cell.inputs.includes(plugin)));

  return {
    globals: Object.fromEntries(DOM_GLOBALS.map((name) => [name, (globalThis as Record<string, unknown>)[name]])),
    variables: { width: 640, dark: false },
    use({ uses, cells }) {
      plugins = [...new Set(uses.map((use) => use.split('.', 1)[0]!))];
      const kept = new Set(cells.map(({ id }) => id));
      for (const id of canvases.keys()) if (!kept.has(id)) canvases.delete(id);
    },
    called(cell) {
      const canvas = canvases.get(cell);
      if (canvas) canvas.called = true;
    },
    refresh: () => Array.from(canvases).flatMap(([id, canvas]) => (canvas.refresh() ? [id] : [])),
    picture(cell) {
      const { done = false, node } = canvases.get(cell) ?? {};
      return done && node?.hasChildNodes() ? pictureOf(node) : null;
    },
    ready(cell) {
      renew(cell.id);
      return isLoaded(cell) ? null : load(cell);
    },
    input(cell, name) {
      const canvas = canvases.get(cell.id)!;
      switch (name) {
        case 'Plot':
          return loaded.plot!.themedPlot(canvas);
        case 'md':
          return loaded.markdown!.md;
        case 'html':
          return html;
        case 'svg':
          return svg;
        default:
          return (value: unknown) => {
            if (canvases.get(cell.id) === canvas) add(cell.id, canvas, value);
            return value;
          };
      }
    },
    views(cell, plugin) {
      const canvas = canvases.get(cell.id)!;
      const drawing =
        (view: Views[string]) =>
        (...given: unknown[]): unknown => {
          const count = Math.max(1, view.length - 1);
          const values = Array.from({ length: count }, (_, i) => given[i]);
          const options = { ...(given[count] as object | undefined) };
          return canvas.draw(
            (at) =>
              withTools(view(...values, { ...at, document, ...options }), (kind, svg) => hand(cell.id, kind, svg)),
            options,
            false,
          );
        };
      return Object.fromEntries(Object.entries(views.get(plugin) ?? {}).map(([name, view]) => [name, drawing(view)]));
    },
    show(cell, outputs) {
      const canvas = canvases.get(cell.id)!;
      if (cell.kind === 'text') {
        canvas.node.className = 'prose';
        canvas.node.append(loaded.markdown!.prose(outputs as unknown as { text: string[]; values: unknown[] }));
      } else if (cell.kind === 'view') {
        if (outputs[''] !== undefined) canvas.put(asNode(outputs['']));
        addTools(canvas.node, (kind, svg) => hand(cell.id, kind, svg));
      } else {
        for (const [name, value] of Object.entries(outputs)) canvas.node.append(inspect(value, name));
      }
      canvas.done = true;
      place(cell.id, canvas);
      if (canvas.isStale) late();
    },
    fail(cell, error) {
      const canvas = renew(cell.id);
      canvas.node.className = '';
      if (cell.kind === 'text') {
        canvas.node.className = 'failed';
        canvas.node.textContent = `${error.message} (${error.code}${error.line === undefined ? '' : `, line ${error.line}`})`;
      }
      place(cell.id, canvas);
    },
  };
}

const asNode = (value: unknown): Node => (value instanceof Node ? value : inspect(value));
