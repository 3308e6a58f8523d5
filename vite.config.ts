import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type HtmlTagDescriptor, type Plugin } from 'vite';
import solid from 'vite-plugin-solid';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The page is asked for what a notebook needs while its own first lines are read: it would come upon it a step later. */
const notebookAhead: Plugin = {
  name: 'notebook-ahead',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle, filename }) {
      if (!filename.endsWith('index.html')) return [];
      const parts = Object.values(bundle ?? {});
      const page = parts.find((part) => part.type === 'chunk' && part.name === 'NotebookPage');
      if (page?.type !== 'chunk') throw new Error('The notebook page is no chunk of its own any more.');
      const ahead = (file: string, attrs: Record<string, string>): HtmlTagDescriptor => {
        return { tag: 'link', attrs: { ...attrs, crossorigin: true, href: `/${file}` }, injectTo: 'head' };
      };
      const chunks = [page.fileName, ...page.imports].filter((file) => !html.includes(file));
      // Lines break elsewhere in another font: the page's own are there before its first line.
      const fonts = parts
        .map(({ fileName }) => fileName)
        .filter((file) => /-latin-\w+-normal-[^/]*\.woff2$/.test(file));
      return [
        ...chunks.map((file) => ahead(file, { rel: 'modulepreload' })),
        ...fonts.map((file) => ahead(file, { rel: 'preload', as: 'font', type: 'font/woff2' })),
      ];
    },
  },
};

const FRAME_PART = /(?:^|\/)frame-[^/]*\.js$/;

/** Two documents: the page, and the sandboxed frame in which cells run. Nothing is inlined, so that a strict policy holds. */
export default defineConfig({
  root: at('workbench'),
  publicDir: false,
  cacheDir: at('node_modules/.vite'),
  plugins: [solid(), notebookAhead],
  build: {
    outDir: at('workbench/dist'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    // The frame makes no link elements (frame/guard.ts): its parts are loaded when they are imported.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_file, parts, { hostId, hostType }) =>
        hostType === 'js' && FRAME_PART.test(hostId) ? [] : parts,
    },
    chunkSizeWarningLimit: 1024,
    rolldownOptions: {
      input: Object.fromEntries(
        ['index', 'frame']
          .map((name) => [name, at(`workbench/${name}.html`)])
          .filter(([, file]) => existsSync(file as string)),
      ) as Record<string, string>,
    },
  },
});
