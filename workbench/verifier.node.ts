/** The Verify page as one HTML file with everything in it. Run by `assay verifier`; takes vite a few seconds, and leaves nothing behind. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ENTRY = join(HERE, 'verifier/main.tsx');
const WORKER = join(HERE, 'pages/verify/verify-worker.ts');
const VIRTUAL = '\0start-verifier';

/** @throws what the bundler says of the sources */
export async function buildVerifier(): Promise<string> {
  const [{ build }, { default: solid }] = await Promise.all([import('vite'), import('vite-plugin-solid')]);
  const built = await build({
    configFile: false,
    root: HERE,
    publicDir: false,
    cacheDir: join(HERE, '../node_modules/.vite'),
    logLevel: 'silent',
    mode: 'production',
    plugins: [solid(), workerWithin],
    worker: { format: 'iife' },
    build: {
      write: false,
      target: 'es2022',
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      cssCodeSplit: false,
      modulePreload: false,
      rolldownOptions: { input: ENTRY, output: { format: 'iife', codeSplitting: false } },
    },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ('output' in one ? one.output : []));
  const scripts = outputs.flatMap((part) => (part.type === 'chunk' ? [part.code] : []));
  const styles = outputs.flatMap((part) =>
    part.type === 'asset' && part.fileName.endsWith('.css') ? [String(part.source)] : [],
  );
  const [script, ...more] = scripts;
  if (script === undefined || more.length > 0 || outputs.length !== scripts.length + styles.length)
    throw new Error(`The page is not one script and its styles: ${outputs.map((part) => part.fileName).join(', ')}.`);
  return page(script, styles.join('\n'));
}

/** A page that was saved as one file has nowhere to load a worker from: this one has the worker's text within. */
const workerWithin: Plugin = {
  name: 'worker-within',
  enforce: 'pre',
  resolveId: (id) => (id === './start-verifier.ts' ? VIRTUAL : null),
  load: (id) =>
    id === VIRTUAL
      ? `import Within from ${JSON.stringify(`${WORKER}?worker&inline`)};\nexport const startVerifier = () => new Within();`
      : null,
};

/** Nothing may be loaded or sent, and no script runs but this one. */
function page(script: string, styles: string): string {
  // In a script element, `</script` and `<!--` mean something else than in a script; escaped, they are the same text in a string.
  const text = script.replaceAll(/<(?=\/script|!--)/gi, String.raw`\x3C`);
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${createHash('sha256').update(text).digest('base64')}' 'wasm-unsafe-eval'`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Verify · Assay</title>
<style>${styles.replaceAll(/<(?=\/style)/gi, String.raw`\3C `)}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page checks bundles by itself, which takes JavaScript.</noscript>
<script type="module">${text}</script>
</body>
</html>
`;
}
