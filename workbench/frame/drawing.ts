/** What view and text cells draw with, and how values are shown. One box a cell; a new run's drawing replaces the old one at once. */
import type { Drawing } from '#common/cells/present.ts';
import { DOM_GLOBALS } from '#common/cells/names.ts';
import type { CompiledCell, CompiledNotebook } from '#common/notebook.ts';
import { html, svg } from './html.ts';
import { inspect } from './inspect.ts';
import { loadViews, type Views } from './plugin-views.ts';
import type { Slots } from './slots.ts';

export interface FrameDrawing extends Drawing {
  /** Finds the drawings of the plugins that the notebook names. */
  use(notebook: CompiledNotebook): void;
}

/** What one run of a cell has drawn so far. */
interface Canvas {
  readonly node: HTMLElement;
  shown: boolean;
}

type Loaded = { plot?: typeof import('./plot.ts'); markdown?: typeof import('./markdown.ts') };

export function makeDrawing(slots: Slots): FrameDrawing {
  const canvases = new Map<string, Canvas>();
  const loaded: Loaded = {};
  const views = new Map<string, Views>();
  let plugins: readonly string[] = [];

  /** Puts the canvas in place of what the cell showed before. */
  function place(id: string, canvas: Canvas): void {
    if (canvas.shown) return;
    canvas.shown = true;
    slots.box(id).replaceChildren(canvas.node);
  }

  function add(id: string, canvas: Canvas, value: unknown): void {
    canvas.node.append(value instanceof Node ? value : inspect(value));
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

  const context = (cell: CompiledCell) => ({
    width: slots.width(cell.id),
    dark: document.documentElement.style.colorScheme === 'dark',
    document,
  });

  return {
    globals: Object.fromEntries(DOM_GLOBALS.map((name) => [name, (globalThis as Record<string, unknown>)[name]])),
    variables: { width: 640, dark: false },
    use({ uses }) {
      plugins = [...new Set(uses.map((use) => use.split('.', 1)[0]!))];
    },
    ready(cell) {
      const canvas = { node: document.createElement('div'), shown: false };
      canvas.node.className = 'drawing';
      canvases.set(cell.id, canvas);
      return isLoaded(cell) ? null : load(cell);
    },
    input(cell, name) {
      const canvas = canvases.get(cell.id)!;
      switch (name) {
        case 'Plot':
          return loaded.plot!.themedPlot(() => slots.width(cell.id));
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
    views(plugin) {
      return views.get(plugin) ?? {};
    },
    viewContext: context,
    show(cell, outputs) {
      const canvas = canvases.get(cell.id)!;
      if (cell.kind === 'text') {
        canvas.node.className = 'prose';
        canvas.node.append(loaded.markdown!.prose(outputs as unknown as { text: string[]; values: unknown[] }));
      } else if (cell.kind === 'view') {
        if (outputs[''] !== undefined) canvas.node.append(asNode(outputs['']));
      } else {
        for (const [name, value] of Object.entries(outputs)) canvas.node.append(inspect(value, name));
      }
      place(cell.id, canvas);
    },
    fail(cell, error) {
      const canvas: Canvas = { node: document.createElement('div'), shown: false };
      if (cell.kind === 'text') {
        canvas.node.className = 'failed';
        canvas.node.textContent = `${error.message} (${error.code}${error.line === undefined ? '' : `, line ${error.line}`})`;
      }
      canvases.set(cell.id, canvas);
      place(cell.id, canvas);
    },
  };
}

const asNode = (value: unknown): Node => (value instanceof Node ? value : inspect(value));
