import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const FRAME_PART = /(?:^|\/)frame-[^/]*\.js$/;

/** Two documents: the page, and the sandboxed frame in which cells run. Nothing is inlined, so that a strict policy holds. */
export default defineConfig({
  root: at('workbench'),
  publicDir: false,
  cacheDir: at('node_modules/.vite'),
  plugins: [solid()],
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
